#include "api/access_log.hpp"

#include <pwd.h>
#include <sys/random.h>
#include <unistd.h>

#include "api/csv_cell.hpp"
#include "api/json_line.hpp"
#include "api/own_event.hpp"
#include "events/catalogue.hpp"
#include "events/sha256.hpp"

namespace stegvis {
namespace {

namespace fs = std::filesystem;
constexpr std::string_view access_source = "/stegvis/access";
constexpr std::string_view own_key_name = "access.kek";
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

// The same of a read.
template <class T>
T read_by(const reading& r) {
  T v = begun<T>(r);
  if (!r.action.empty()) v.action = r.action;
  if (!r.purpose.empty()) {
    freetext<std::string> purpose;
    purpose.clear = true;
    append_json_text(purpose.bytes, r.purpose);
    v.purpose = std::move(purpose);
  }
  return v;
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
  const position head = book_->head();
  position to = head;
  if (before.value > 0 && before.value - 1 < head.value) to = {before.value - 1};
  std::vector<event> found;
  if (!subject.empty()) {
    auto all = book_->journey(subject, position{1}, to);
    if (!all) return all.error();
    found = std::move(*all);
    std::ranges::reverse(found);
    if (found.size() > limit) found.resize(limit);
  } else {
    for (; to.value > 0 && found.size() < limit; --to.value) {
      auto e = book_->read(to);
      if (!e) return e.error();
      found.push_back(std::move(*e));
    }
  }
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
  const std::optional<freetext<std::string>>* purpose = nullptr;
  if (const auto* v = e.data.get<record_viewed>()) purpose = &v->purpose;
  if (const auto* v = e.data.get<persons_listed>()) purpose = &v->purpose;
  if (purpose == nullptr || !*purpose) return "";
  if (!(*purpose)->clear) return "sealed";
  json_parser parser;
  const auto text = parser.parse((*purpose)->bytes);
  return text && text->type() == json_type::text ? std::string(text->text()) : (*purpose)->bytes;
}

std::string_view access_csv_header() {
  return "position,time,type,user,role,unit,action,subject,count,purpose\n";
}

std::string access_csv(const event& e) {
  std::string user, role, unit, action, count;
  const auto who = [&](const auto* v) {
    if (v == nullptr) return;
    user = v->user;
    role = v->role.value_or("");
    unit = v->unit ? v->unit->value : std::string();
  };
  who(e.data.get<record_viewed>());
  who(e.data.get<break_glass_used>());
  who(e.data.get<access_exported>());
  who(e.data.get<persons_listed>());
  if (const auto* v = e.data.get<record_viewed>()) action = v->action.value_or("");
  if (const auto* v = e.data.get<break_glass_used>()) action = v->action.value_or("");
  if (const auto* v = e.data.get<persons_listed>()) {
    action = v->action.value_or("");
    count = std::to_string(v->count);
  }
  std::string row = std::to_string(e.position.value);
  for (const std::string& text : {to_string(e.recorded), std::string(e.type().name), user, role,
                                  unit, action, e.subject, count, purpose_of(e)}) {
    row += ',';
    append_csv_cell(row, text);
  }
  return row + '\n';
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
      .end();
}

}  // namespace stegvis
