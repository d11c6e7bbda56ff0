#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstdlib>

#include "events/key_wrapping.hpp"
#include "events/keys_state.hpp"

namespace stegvis {
namespace {

namespace fs = std::filesystem;

result<descriptor> lock_folder(const fs::path& folder) {
  descriptor fd(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!fd) throw world_error("cannot open " + folder.string());
  if (::flock(fd.get(), LOCK_EX | LOCK_NB) != 0) {
    return problem(errc::locked, "another process has " + folder.string() + " open");
  }
  return fd;
}

problem damaged(const fs::path& folder) {
  return {errc::corrupt, "an entry that every key store has is missing in " + folder.string()};
}

std::optional<raw_key> stored_secret(const key_database& db, const generation& g,
                                     std::string_view name) {
  const auto wrapped = db.get(name);
  if (!wrapped) return std::nullopt;
  return unwrap_key(g.key, name, *wrapped);
}

// The same entry under the next generation. One that cannot be opened stays as it is: it holds
// nothing that could be read, and must not keep anybody from being forgotten.
key_database::entry rewrapped(std::string_view name, std::string_view value, const generation& from,
                              const generation& to) {
  const auto plain = unwrap(from.key, name, value);
  if (!plain) return {std::string(name), std::string(value)};
  auto new_name = name.starts_with(identifiers)
                      ? identifier_name(to, std::string_view(*plain).substr(0, keyed_hash_bytes))
                      : std::string(name);
  auto new_value = wrap(to.key, new_name, *plain);
  return {std::move(new_name), std::move(new_value)};
}

// Whom an identifier's entry means; empty for any other entry.
std::string person_in(std::string_view name, std::string_view value, const generation& g) {
  if (!name.starts_with(identifiers)) return {};
  const auto plain = unwrap(g.key, name, value);
  return plain ? plain->substr(keyed_hash_bytes) : std::string();
}

std::string_view noted_in(std::string_view name) {
  return name.starts_with(noted_prefix) ? name.substr(noted_prefix.size()) : std::string_view{};
}

// A line each; subjects hold no control characters.
template <class Subjects>
std::string as_lines(const Subjects& subjects) {
  std::string lines;
  for (const auto& subject : subjects) {
    if (!lines.empty()) lines += '\n';
    lines += subject;
  }
  return lines;
}

std::set<std::string, std::less<>> from_lines(std::string_view lines) {
  std::set<std::string, std::less<>> subjects;
  while (!lines.empty()) {
    const auto end = std::min(lines.find('\n'), lines.size());
    subjects.emplace(lines.substr(0, end));
    lines.remove_prefix(std::min(end + 1, lines.size()));
  }
  return subjects;
}

}  // namespace

fs::path kek_file_for(const fs::path& ledger_folder) {
  const char* given = std::getenv("STEGVIS_KEK_FILE");
  if (given != nullptr && *given != '\0') return given;
  auto folder = fs::absolute(ledger_folder).lexically_normal();
  if (!folder.has_filename()) folder = folder.parent_path();
  return folder += ".kek";
}

result<key_store> key_store::create(key_store_options options) {
  fs::create_directories(options.folder);
  fs::permissions(options.folder, fs::perms::owner_all);
  auto s = std::make_unique<state>(std::move(options));
  auto lock = lock_folder(s->options.folder);
  if (!lock) return lock.error();
  s->folder_lock = *std::move(lock);
  if (fs::exists(s->generation_file())) {
    return problem(errc::already_exists, s->options.folder.string() + " has keys already");
  }
  const auto kek = read_or_make_key_file(s->options.kek_file);
  if (!kek) return kek.error();
  s->ring.kek = *kek;
  s->ring.current = {1, raw_key::random()};
  s->ring.hash_key = raw_key::random();
  s->ring.box_secret = raw_key::random();
  // What a crash left of an earlier attempt counts for nothing without its generation file.
  fs::remove_all(s->database_folder(1));
  s->db = key_database::create(s->database_folder(1));
  const auto& key = s->ring.current.key;
  s->db->write({{std::string(hash_key_name), wrap(key, hash_key_name, s->ring.hash_key)},
                {std::string(box_secret_name), wrap(key, box_secret_name, s->ring.box_secret)}},
               key_database::durability::synced);
  sync_folder(s->options.folder);
  write_generation(s->generation_file(), s->ring.current, s->ring.kek, s->options.at_step);
  return key_store(std::move(s));
}

result<key_store> key_store::open(key_store_options options) {
  auto s = std::make_unique<state>(std::move(options));
  if (!fs::exists(s->generation_file())) {
    return problem(errc::bad_key, "no generation file " + s->generation_file().string());
  }
  auto lock = lock_folder(s->options.folder);
  if (!lock) return lock.error();
  s->folder_lock = *std::move(lock);
  const auto kek = read_key_file(s->options.kek_file);
  if (!kek) return kek.error();
  const auto current = read_generation(s->generation_file(), *kek);
  if (!current) return current.error();
  s->ring.kek = *kek;
  s->ring.current = *current;
  finish_replacing(s->generation_file());
  s->remove_other_databases();
  auto db = key_database::open(s->database_folder(current->number));
  if (!db) return db.error();
  s->db = *std::move(db);
  const auto hash_key = stored_secret(*s->db, *current, hash_key_name);
  const auto box_secret = stored_secret(*s->db, *current, box_secret_name);
  if (!hash_key || !box_secret) return damaged(s->options.folder);
  s->ring.hash_key = *hash_key;
  s->ring.box_secret = *box_secret;
  if (const auto subjects = s->db->get(forget_name)) s->finish_forget(from_lines(*subjects));
  return key_store(std::move(s));
}

void key_store::state::remove_other_databases() const {
  const auto own = database_folder(ring.current.number).filename();
  for (const auto& found : fs::directory_iterator(options.folder)) {
    const auto name = found.path().filename();
    if (name != own && name.string().starts_with("db-")) fs::remove_all(found.path());
  }
  sync_folder(options.folder);
}

key_store::counts key_store::forget(std::string_view subject) {
  return forget(std::vector<std::string>{std::string(subject)});
}

key_store::counts key_store::forget(const std::vector<std::string>& subjects) {
  const state::subject_set gone(subjects.begin(), subjects.end());
  const std::unique_lock lock(state_->gate);
  state_->check_usable();
  for (const auto& subject : gone) {
    for (auto p = privacy::background; p <= privacy::freetext;
         p = static_cast<privacy>(static_cast<int>(p) + 1)) {
      state_->cache.drop(data_key_name(subject, p));
    }
  }
  std::erase_if(state_->new_persons,
                [&](const auto& known) { return gone.contains(known.second); });
  return state_->poison_on_failure([&] {
    state_->sync_all();
    state_->db->write({{std::string(forget_name), as_lines(gone)}},
                      key_database::durability::synced);
    if (state_->options.at_step) state_->options.at_step("marked");
    return state_->finish_forget(gone);
  });
}

void key_store::note_forgetting(const std::vector<std::string>& subjects) {
  const std::shared_lock lock(state_->gate);
  state_->check_usable();
  std::vector<key_database::entry> notes;
  for (const auto& subject : subjects) notes.push_back({std::string(noted_prefix) + subject, {}});
  state_->poison_on_failure([&] { state_->db->write(notes, key_database::durability::synced); });
}

std::vector<std::string> key_store::noted_forgettings() const {
  const std::shared_lock lock(state_->gate);
  state_->check_usable();
  std::vector<std::string> subjects;
  state_->db->for_each(noted_prefix, [&](std::string_view name, std::string_view) {
    subjects.emplace_back(noted_in(name));
  });
  return subjects;
}

key_store::counts key_store::state::rewrap_without(const subject_set& subjects,
                                                   const generation& next, key_database& to) const {
  counts removed;
  std::vector<key_database::entry> batch;
  db->for_each("", [&](std::string_view name, std::string_view value) {
    if (name == forget_name || subjects.contains(noted_in(name))) return;
    if (subjects.contains(subject_of(name))) {
      ++removed.keys;
    } else if (subjects.contains(person_in(name, value, ring.current))) {
      ++removed.identifiers;
    } else {
      batch.push_back(rewrapped(name, value, ring.current, next));
      if (batch.size() < rewrap_batch_entries) return;
      to.write(batch, key_database::durability::at_flush);
      batch.clear();
    }
  });
  to.write(batch, key_database::durability::at_flush);
  to.flush();
  return removed;
}

key_store::counts key_store::state::finish_forget(const subject_set& subjects) {
  const auto step = [&](std::string_view name) {
    if (options.at_step) options.at_step(name);
  };
  const generation next{ring.current.number + 1, raw_key::random()};
  const auto old_folder = database_folder(ring.current.number);
  fs::remove_all(database_folder(next.number));
  auto next_db = key_database::create(database_folder(next.number));
  const auto removed = rewrap_without(subjects, next, next_db);
  sync_folder(options.folder);
  step("copied");
  write_generation(generation_file(), next, ring.kek, options.at_step);
  step("generation_removed");
  db = std::move(next_db);
  ring.current = next;
  fs::remove_all(old_folder);
  sync_folder(options.folder);
  step("database_removed");
  return removed;
}

result<void> key_store::rotate_kek(const fs::path& new_kek_file) {
  const std::unique_lock lock(state_->gate);
  state_->check_usable();
  if (fs::exists(new_kek_file) && fs::equivalent(new_kek_file, state_->options.kek_file)) {
    return problem(errc::bad_argument, "the new key file is the one in use");
  }
  const auto kek = read_or_make_key_file(new_kek_file);
  if (!kek) return kek.error();
  state_->poison_on_failure([&] {
    write_generation(state_->generation_file(), state_->ring.current, *kek,
                     state_->options.at_step);
  });
  state_->ring.kek = *kek;
  state_->options.kek_file = new_kek_file;
  return {};
}

}  // namespace stegvis
