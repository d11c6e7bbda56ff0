#include "projections/status_view.hpp"

#include <fcntl.h>
#include <rocksdb/write_batch.h>

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <map>
#include <mutex>

#include "events/catalogue.hpp"
#include "events/rocks.hpp"

namespace stegvis {
namespace {
namespace fs = std::filesystem;
constexpr std::string_view checkpoint_key =
    "\x01"
    "checkpoint";  // before every subject

std::string key_of(std::string_view subject) {
  return std::string(subject);
}

bool is_subject(const rocksdb::Slice& key) {
  return !key.empty() && key[0] > '\x01';
}

fs::path folder_of(const ledger& of, std::string_view name) {
  return of.folder() / "index" / "views" / name;
}

std::unique_ptr<rocksdb::DB> open_database(const fs::path& folder) {
  fs::create_directories(folder);
  rocksdb::Options o = rocks_options(nullptr);
  o.create_if_missing = true;
  o.disable_auto_compactions = false;
  o.max_background_jobs = 2;
  rocksdb::DB* db = nullptr;
  require(rocksdb::DB::Open(o, folder.string(), &db), "open a view");
  return std::unique_ptr<rocksdb::DB>(db);
}

// A step's events by subject: what is folded and written together.
struct step {
  std::map<std::string, std::vector<event>, std::less<>> touched;
  std::vector<std::string> forgotten;
};
}  // namespace

struct status_view::state {
  fs::path folder;
  std::unique_ptr<rocksdb::DB> db;
  std::mutex folding;  // one catch-up at a time
  std::atomic<std::uint64_t> checkpoint{0};

  std::optional<journey> stored(std::string_view subject) const;
  void write(const step& s, position to);
};

std::optional<journey> status_view::state::stored(std::string_view subject) const {
  rocksdb::PinnableSlice bytes;
  const auto status = db->Get({}, db->DefaultColumnFamily(), key_of(subject), &bytes);
  if (status.IsNotFound()) return std::nullopt;
  require(status, "read a view");
  auto j = load(to_view(bytes));
  if (!j) throw world_error(to_string(j.error()));
  return std::move(*j);
}

// View and checkpoint in one batch. Not synced: a step that is lost is folded again.
void status_view::state::write(const step& s, position to) {
  rocksdb::WriteBatch batch;
  std::string bytes;
  for (const auto& [subject, events] : s.touched) {
    journey j = stored(subject).value_or(journey{});
    for (const event& e : events) apply(j, e);
    bytes.clear();
    save(j, bytes);
    require(batch.Put(key_of(subject), bytes), "write a view");
  }
  for (const auto& subject : s.forgotten) require(batch.Delete(key_of(subject)), "write a view");
  require(batch.Put(to_slice(checkpoint_key), position_key(to)), "write a view");
  require(db->Write({}, &batch), "write a view");
  checkpoint = to.value;
}

status_view::status_view(std::unique_ptr<state> s) : state_(std::move(s)) {}
status_view::~status_view() = default;

std::unique_ptr<status_view> status_view::open(const ledger& of, std::string_view name) {
  auto s = std::make_unique<state>();
  s->folder = folder_of(of, name);
  for (int attempt = 0; attempt < 2; ++attempt) {
    try {
      s->db = open_database(s->folder);
      std::string value;
      const auto status = s->db->Get({}, to_slice(checkpoint_key), &value);
      if (status.ok())
        s->checkpoint = key_position(value).value;
      else if (!status.IsNotFound())
        require(status, "read a view");
      if (s->checkpoint <= of.head().value) break;
    } catch (const world_error&) {
      if (attempt == 1) throw;
    }
    s->db.reset();
    s->checkpoint = 0;
    fs::remove_all(s->folder);
  }
  return std::unique_ptr<status_view>(new status_view(std::move(s)));
}

void status_view::replace(const ledger& of, std::string_view name, std::string_view by) {
  const fs::path there = folder_of(of, name), fresh = folder_of(of, by);
  const bool exchanged =
      ::renameat2(AT_FDCWD, fresh.c_str(), AT_FDCWD, there.c_str(), RENAME_EXCHANGE) == 0;
  if (!exchanged) {
    // Not every file system can; a crash in between costs building the view once more.
    fs::remove_all(there);
    fs::rename(fresh, there);
  }
  fs::remove_all(fresh);
}

void status_view::remove(const ledger& of, std::string_view name) {
  fs::remove_all(folder_of(of, name));
}

std::vector<std::string> status_view::stored(const ledger& of) {
  std::vector<std::string> names;
  std::error_code none;
  for (const auto& entry : fs::directory_iterator(folder_of(of, ""), none))
    names.push_back(entry.path().filename().string());
  std::ranges::sort(names);
  return names;
}

position status_view::checkpoint() const {
  return {state_->checkpoint.load()};
}

result<void> status_view::catch_up(const ledger& from, position to, std::uint64_t batch,
                                   const std::function<void(position)>& progress) {
  const std::lock_guard one(state_->folding);
  const position bound = std::min(to, from.head());
  while (checkpoint() < bound) {
    const position step_end{std::min(bound.value, checkpoint().value + batch)};
    step s;
    const auto read = from.scan(next(checkpoint()), step_end, [&](const event& e) {
      if (e.data.get<person_forgotten>() != nullptr) s.forgotten.push_back(e.subject);
      s.touched[e.subject].push_back(e);
      return true;
    });
    if (!read) return read.error();
    state_->write(s, step_end);
    if (progress) progress(step_end);
  }
  return {};
}

result<journey> status_view::find(const ledger& from, std::string_view subject) const {
  if (from.is_forgotten(subject)) return problem{errc::forgotten, std::string(subject)};
  journey j = state_->stored(subject).value_or(journey{});
  const auto newer = from.journey(subject, next(j.last()), from.head());
  if (!newer) return newer.error();
  for (const event& e : *newer) apply(j, e);
  if (j.empty()) return problem{errc::unknown_subject, std::string(subject)};
  return j;
}

void status_view::each(std::string_view prefix,
                       const std::function<bool(std::string_view, const journey&)>& visit) const {
  std::unique_ptr<rocksdb::Iterator> it(state_->db->NewIterator({}));
  for (it->Seek(to_slice(prefix)); it->Valid() && it->key().starts_with(to_slice(prefix));
       it->Next()) {
    if (!is_subject(it->key())) continue;
    const auto j = load(to_view(it->value()));
    if (!j) throw world_error(to_string(j.error()));
    if (!visit(to_view(it->key()), *j)) return;
  }
  require(it->status(), "read a view");
}

digest status_view::state_hash() const {
  sha256_stream hash;
  std::unique_ptr<rocksdb::Iterator> it(state_->db->NewIterator({}));
  for (it->SeekToFirst(); it->Valid(); it->Next()) {
    if (!is_subject(it->key())) continue;
    for (const auto part : {to_view(it->key()), to_view(it->value())}) {
      hash.add(position_key({part.size()}));
      hash.add(part);
    }
  }
  require(it->status(), "read a view");
  return hash.finish();
}

std::vector<std::string> status_view::differences(const status_view& other) const {
  std::vector<std::string> found;
  std::unique_ptr<rocksdb::Iterator> a(state_->db->NewIterator({}));
  std::unique_ptr<rocksdb::Iterator> b(other.state_->db->NewIterator({}));
  a->Seek("\x02");
  b->Seek("\x02");
  while (a->Valid() || b->Valid()) {
    const int order = !a->Valid() ? 1 : !b->Valid() ? -1 : a->key().compare(b->key());
    if (order != 0 || a->value() != b->value())
      found.emplace_back(to_view(order <= 0 ? a->key() : b->key()));
    if (order <= 0) a->Next();
    if (order >= 0) b->Next();
  }
  require(a->status(), "read a view");
  require(b->status(), "read a view");
  return found;
}

}  // namespace stegvis
