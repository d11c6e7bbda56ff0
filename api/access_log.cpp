#include "api/access_log.hpp"

#include <pwd.h>
#include <sys/random.h>
#include <unistd.h>

#include <algorithm>
#include <map>

#include "api/json_line.hpp"
#include "api/own_event.hpp"
#include "events/catalogue.hpp"
#include "events/sha256.hpp"

namespace stegvis {
namespace {

namespace fs = std::filesystem;
constexpr std::string_view access_source = "/stegvis/access";
constexpr std::string_view own_key_name = "access.kek";
constexpr std::size_t looked_max = 50'000;  // entries for one page
constexpr std::size_t password_bytes_max = 16'384;

fs::path key_file(const fs::path& ledger_folder) {
  const auto shared = kek_file_for(ledger_folder);
  const auto own = ledger_folder / own_key_name;
  if (fs::exists(own)) return own;
  // A ledger whose key is elsewhere today must not find another one in its place tomorrow.
  return fs::exists(shared) ? shared : own;
}

std::string random_id() {
  unsigned char bytes[16];
  if (::getrandom(bytes, sizeof bytes, 0) != sizeof bytes) throw world_error("no random numbers");
  std::string id = "r-";
  for (const unsigned char b : bytes) {
    id += static_cast<char>('a' + (b & 15));
    id += static_cast<char>('a' + (b >> 4));
  }
  return id;
}

// What every entry says of who acted.
template <class T>
T begun(const reading& r) {
  T v;
  v.user = r.user;
  if (!r.role.empty()) v.role = r.role;
  if (!r.unit.empty()) v.unit = unit_ref{r.unit};
  return v;
}

freetext<std::string> freetext_of(std::string_view text) {
  freetext<std::string> f;
  f.clear = true;
  append_json_text(f.bytes, text);
  return f;
}

// The same of a read.
template <class T>
T read_by(const reading& r) {
  T v = begun<T>(r);
  if (!r.action.empty()) v.action = r.action;
  if (!r.purpose.empty()) v.purpose = freetext_of(r.purpose);
  return v;
}

// Calls `visit` with the entry's data if it tells of a read; whether it did.
template <class F>
bool visit_read(const event& e, F&& visit) {
  if (const auto* v = e.data.get<record_viewed>()) return visit(*v);
  if (const auto* v = e.data.get<break_glass_used>()) return visit(*v);
  if (const auto* v = e.data.get<persons_listed>()) return visit(*v);
  return false;
}

std::string digest_of(const std::vector<std::string>& subjects) {
  sha256_stream hash;
  for (const auto& subject : subjects) {
    hash.add(subject);
    hash.add("\n");
  }
  return hex(hash.finish());
}

problem unrecorded(std::string_view why) {
  return {errc::access_unrecorded, "the access log took nothing: " + std::string(why)};
}

}  // namespace

result<std::unique_ptr<access_log>> access_log::open(const fs::path& ledger_folder) {
  ledger_options options;
  options.folder = ledger_folder / "access";
  options.kek_file = key_file(ledger_folder);
  if (!fs::exists(options.folder / "head")) {
    // What a crash left of making one holds nothing.
    fs::remove_all(options.folder);
    if (const auto made = ledger::create(options); !made) return made.error();
  }
  auto book = ledger::open(options);
  if (!book) return book.error();
  return std::unique_ptr<access_log>(new access_log(std::move(*book)));
}

result<void> access_log::record(const reading& r, std::span<const std::string> subjects) {
  return write(subjects, event_data(read_by<record_viewed>(r)));
}

result<void> access_log::record_break_glass(const reading& r, const std::string& subject) {
  auto v = begun<break_glass_used>(r);
  v.action = break_glass_action;
  v.reason = freetext_of(r.purpose);
  return write({&subject, 1}, event_data(std::move(v)));
}

result<void> access_log::record_list(const reading& r, const listing& shown) {
  if (shown.subjects.empty()) return {};
  auto v = read_by<persons_listed>(r);
  v.from = static_cast<std::int64_t>(shown.from.value);
  v.until = static_cast<std::int64_t>(shown.until.value);
  v.as_of = shown.as_of;
  v.count = static_cast<std::int64_t>(shown.subjects.size());
  v.digest = digest_of(shown.subjects);
  if (shown.subjects.size() <= listed_subjects_max) v.subjects = shown.subjects;
  const std::string about[] = {std::string(everyone)};
  return write(about, event_data(std::move(v)));
}

result<void> access_log::record_export(const reading& r, std::optional<day> from,
                                       std::optional<day> until, std::size_t count) {
  auto v = begun<access_exported>(r);
  v.from = from;
  v.until = until;
  v.count = static_cast<std::int64_t>(count);
  const std::string about[] = {std::string(everyone)};
  return write(about, event_data(std::move(v)));
}

result<void> access_log::write(std::span<const std::string> subjects, const event_data& data) {
  if (subjects.empty()) return {};
  const auto stem = random_id();
  std::vector<draft> drafts;
  drafts.reserve(subjects.size());
  for (const auto& subject : subjects) {
    draft& d = drafts.emplace_back();
    d.event.source = access_source;
    d.event.id = stem + '-' + std::to_string(drafts.size());
    d.event.subject = subject;
    d.event.time = now();
    d.event.data = data;
  }
  append_options how;
  // A clock set back must not hide who reads.
  how.accept_clock = true;
  try {
    const auto written = book_->append(std::move(drafts), how);
    if (!written) return unrecorded(name_of(written.error().code));
  } catch (const world_error& e) {
    return unrecorded("a disk or library failed");
  }
  return {};
}

result<std::vector<event>> access_log::list(const std::string& subject, position before,
                                            std::size_t limit) const {
  auto found = page({subject, {}, {}, {}, before, limit});
  if (!found) return found.error();
  return std::move(found->reads);
}

result<access_reads> access_log::page(const access_query& q) const {
  position at = book_->head();
  if (q.before.value > 0 && q.before.value - 1 < at.value) at = {q.before.value - 1};
  const auto takes = [&](const event& e) {
    if (q.until && stockholm_day(e.recorded) > *q.until) return false;
    return q.action.empty() || visit_read(e, [&](const auto& v) { return v.action == q.action; });
  };
  // Recorded times never rise on the way back.
  const auto is_over = [&](const event& e) {
    return q.from && stockholm_day(e.recorded) < *q.from;
  };
  access_reads p;
  if (!q.subject.empty()) {
    auto all = book_->journey(q.subject, position{1}, at);
    if (!all) return all.error();
    std::ranges::reverse(*all);
    for (event& e : *all) {
      if (is_over(e)) break;
      if (!takes(e)) continue;
      if (p.reads.size() == q.limit) {
        p.before = p.reads.back().position;
        break;
      }
      p.reads.push_back(std::move(e));
    }
  } else {
    std::size_t looked = 0;
    for (; at.value > 0 && p.reads.size() < q.limit && looked < looked_max; --at.value, ++looked) {
      auto e = book_->read(at);
      if (!e) return e.error();
      if (is_over(*e))
        at = {1};  // the last one looked at
      else if (takes(*e))
        p.reads.push_back(std::move(*e));
    }
    if (at.value > 0) p.before = next(at);
  }
  for (event& e : p.reads) book_->unseal(e);
  return p;
}

result<void> access_log::each(recorded_time from, recorded_time until,
                              const std::function<bool(const event&)>& visit) const {
  const position head = book_->head();
  position first{1}, behind = next(head);  // the first that is not before `from` lies between
  while (first < behind) {
    const position middle{first.value + (behind.value - first.value) / 2};
    if (book_->recorded_at(middle) < from)
      first = next(middle);
    else
      behind = middle;
  }
  if (first > head) return {};
  return book_->scan(first, head, [&](const event& e) { return e.recorded < until && visit(e); });
}

result<std::vector<event>> access_log::sample(const access_sample& wanted) const {
  std::map<digest, event> smallest;
  const auto scanned = each(wanted.from, wanted.until, [&](const event& e) {
    const bool asked = visit_read(e, [&](const auto& v) {
      return wanted.unit.empty() || (v.unit && v.unit->value == wanted.unit);
    });
    if (!asked || wanted.size == 0) return true;
    const auto drawn = sha256({wanted.seed, "\n", std::to_string(e.position.value)});
    if (smallest.size() == wanted.size) {
      if (std::prev(smallest.end())->first < drawn) return true;
      smallest.erase(std::prev(smallest.end()));
    }
    smallest.emplace(drawn, e);
    return true;
  });
  if (!scanned) return scanned.error();
  std::vector<event> found;
  for (auto& [drawn, e] : smallest) found.push_back(std::move(e));
  std::ranges::sort(found, {}, &event::position);
  for (event& e : found) book_->unseal(e);
  return found;
}

result<void> access_log::rotate_kek(const fs::path& new_kek_file) {
  if (fs::exists(book_->folder().parent_path() / own_key_name)) return {};
  const auto keys = book_->keys();
  if (!keys) return keys.error();
  return (*keys)->rotate_kek(new_kek_file);
}

std::string own_account() {
  std::string buffer(password_bytes_max, '\0');
  passwd entry{};
  passwd* found = nullptr;
  ::getpwuid_r(::geteuid(), &entry, buffer.data(), buffer.size(), &found);
  if (found == nullptr) return "os:" + std::to_string(::geteuid());
  return "os:" + std::string(found->pw_name);
}

std::string purpose_of(const event& e) {
  std::optional<freetext<std::string>> said;
  if (const auto* v = e.data.get<record_viewed>()) said = v->purpose;
  if (const auto* v = e.data.get<break_glass_used>()) said = v->reason;
  if (const auto* v = e.data.get<persons_listed>()) said = v->purpose;
  if (!said) return "";
  if (!said->clear) return "sealed";
  json_parser parser;
  const auto text = parser.parse(said->bytes);
  return text && text->type() == json_type::text ? std::string(text->text()) : said->bytes;
}

std::string access_json(const event& e) {
  std::string data;
  write_fields(e.type(), e.data.object(), data);
  return json_line()
      .number("position", e.position.value)
      .text("type", e.type().name)
      .text("subject", e.subject)
      .text("time", to_string(e.recorded))
      .raw("data", data)
      .object();
}

}  // namespace stegvis
