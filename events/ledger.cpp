#include "events/ledger.hpp"

#include <algorithm>
#include <chrono>
#include <fstream>

#include "events/catalogue.hpp"
#include "events/ledger_core.hpp"
#include "events/sealing.hpp"

namespace stegvis {
namespace {
namespace fs = std::filesystem;

recorded_time system_clock_now() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return {std::chrono::duration_cast<std::chrono::microseconds>(now).count()};
}

key_store_options key_options(const ledger_options& o) {
  key_store_options keys;
  keys.folder = o.folder / "keys";
  keys.kek_file = o.kek_file.empty() ? kek_file_for(o.folder) : o.kek_file;
  return keys;
}

result<std::unique_ptr<block_log>> open_log(const ledger_options& o, position head, bool create) {
  log_options log;
  log.path = (o.folder / "log").string();
  log.env = o.env;
  log.head = head;
  log.create = create;
  return block_log::open(log);
}

// Last: only with it is the folder a ledger.
result<void> create_head(const ledger_options& o, const ledger_identity& as) {
  const auto head = head_file::create((o.folder / "head").string(), as.id);
  if (!head) return head.error();
  if (as.epoch != (*head)->epoch()) (*head)->store_epoch(as.epoch);
  return {};
}

std::unique_ptr<name_index> open_names(const fs::path& folder, position last) {
  const fs::path at = folder / "index" / "names";
  try {
    auto names = std::make_unique<name_index>(at.string());
    if (names->covered() <= last) return names;
  } catch (const world_error&) {
    // Derived: what cannot be read is made anew below.
  }
  fs::remove_all(at);
  return std::make_unique<name_index>(at.string());
}

// Adds what the runs on disk do not cover yet.
result<void> catch_up(const block_log& log, name_index& names) {
  const position from = next(names.last());
  if (log.last() < from) return {};
  block_log::cursor cursor(log, from);
  record_view record{};
  position at{};
  const auto forgets = description_of<person_forgotten>().id;
  while (cursor.next(record, at)) {
    const auto n = decode_names(record);
    if (!n) return n.error();
    const indexed_event e{hash_name(n->source, n->id), n->subject, record.type_id == forgets};
    names.add(at, {&e, 1});
  }
  if (cursor.damage()) return *cursor.damage();
  return {};
}

// A crash between the event person_forgotten and the keys' end leaves the rest to the next open.
void finish_forgetting(const name_index& names, key_store& keys) {
  constexpr privacy classes[] = {privacy::background, privacy::identity, privacy::contact,
                                 privacy::health, privacy::freetext};
  const auto noted = keys.noted_forgettings();
  std::vector<std::string> left;
  for (const std::string& subject : names.forgotten())
    if (std::ranges::find(noted, subject) != noted.end() ||
        std::ranges::any_of(classes, [&](privacy p) { return keys.find(subject, p).has_value(); }))
      left.push_back(subject);
  if (!left.empty()) keys.forget(left);
}

// Runs a step behind which nothing is lost: of closing (what fails costs the next open time), or of
// what is derived.
template <class Step>
void try_to(Step&& step) {
  try {
    step();
  } catch (const std::exception&) {
    // All that was acknowledged is on disk.
  }
}

result<event> decode_bytes(std::string_view bytes, position at) {
  const auto record = read_record(bytes);
  if (!record) return record.error();
  return decode_record(*record, at);
}

constexpr auto replicated_note = "replicated";

// Which ledger this one follows, if it does.
fs::path follows_file(const fs::path& folder) {
  return folder / "follows";
}
std::optional<std::string> read_follows(const fs::path& folder) {
  std::ifstream in(follows_file(folder));
  std::string name;
  if (!std::getline(in, name)) return std::nullopt;
  return name;
}

position replicated_before(const block_log& log) {
  const auto text = log.note(replicated_note);
  return text ? std::min(position{std::stoull(*text)}, log.last()) : position{};
}

bool all_digits(std::string_view t) {
  return !t.empty() && t.size() <= 19 && t.find_first_not_of("0123456789") == t.npos;
}

problem bad_cut(std::string what) {
  return problem{errc::bad_cut, std::move(what)};
}
}  // namespace

recorded_time ledger_core::now() const {
  return options.clock ? options.clock() : system_clock_now();
}

result<event> ledger_core::read(position at) const {
  const auto bytes = log->read_record_bytes(at);
  if (!bytes) return bytes.error();
  return decode_bytes(*bytes, at);
}

ledger::ledger(std::unique_ptr<ledger_core> core) : core_(std::move(core)) {}

result<void> ledger::create(const ledger_options& options, const ledger_identity& as) {
  if (fs::exists(options.folder / "head"))
    return problem{errc::already_exists, "there is a ledger in the folder"};
  fs::create_directories(options.folder);
  if (!fs::is_empty(options.folder))
    return problem{errc::already_exists, "the folder is not empty"};
  if (const auto keys = key_store::create(key_options(options)); !keys) return keys.error();
  if (const auto log = open_log(options, {}, true); !log) return log.error();
  return create_head(options, as);
}

result<void> ledger::create_follower(const ledger_options& options, const ledger_identity& as,
                                     const std::string& followed) {
  if (fs::exists(options.folder))
    return problem{errc::already_exists, "the folder is there already"};
  fs::create_directories(options.folder);
  if (const auto log = open_log(options, {}, true); !log) return log.error();
  {
    std::ofstream out(follows_file(options.folder));
    out << followed << '\n';
    out.flush();
    if (!out) throw world_error("cannot write into the ledger's folder");
  }
  return create_head(options, as);
}

result<std::unique_ptr<ledger>> ledger::open(const ledger_options& options) {
  auto core = std::make_unique<ledger_core>();
  core->options = options;
  auto head = head_file::open((options.folder / "head").string());
  if (!head) return head.error();
  core->head = std::move(*head);
  if (!core->head->try_lock()) return problem{errc::locked, "the ledger has another owner"};
  auto log = open_log(options, core->head->load(), false);
  if (!log) return log.error();
  core->log = std::move(*log);
  const position last = core->log->last();
  core->head->store(last);
  core->names = open_names(options.folder, last);
  if (const auto r = catch_up(*core->log, *core->names); !r) return r.error();
  if (auto keys = key_store::open(key_options(options)))
    core->keys.emplace(std::move(*keys));
  else
    core->keys_missing = keys.error();
  if (core->keys) finish_forgetting(*core->names, *core->keys);
  core->synced = last.value;
  core->follows = read_follows(options.folder);
  core->visible = options.durability == durability::replicated && !core->follows
                      ? replicated_before(*core->log).value
                      : last.value;
  if (last.value > 0) {
    const auto e = core->read(last);
    if (!e) return e.error();
    core->last_recorded = core->promised = e->recorded;
  }
  core->start_writer();
  return std::unique_ptr<ledger>(new ledger(std::move(core)));
}

ledger::~ledger() {
  core_->stop_writer();
  if (core_->poison) return;
  try_to([&] { core_->log->flush(); });
  try_to([&] { core_->head->sync(); });
  try_to([&] { core_->names->close(); });
}

result<std::vector<result<appended>>> ledger::append(prepared_batch batch,
                                                     const append_options& options) {
  std::vector<std::size_t> forgettings;
  for (std::size_t i = 0; i < batch.size(); ++i)
    if (batch.events_->events[i].event.data.get<person_forgotten>() != nullptr)
      forgettings.push_back(i);
  auto answers = forgettings.empty() || !core_->keys
                     ? core_->submit(*batch.events_, options)
                     : core_->submit_forgetting(*batch.events_, options, forgettings);
  if (answers) core_->link_identifiers(*batch.events_, *answers);
  return answers;
}

void ledger_core::link_identifiers(const prepared_events& batch,
                                   const std::vector<result<appended>>& answers) {
  if (batch.identifiers.empty()) return;
  // The events are in the ledger: a key store that fails tells of it at its next use.
  try_to([&] {
    bool linked = false;
    for (const auto& id : batch.identifiers) {
      if (id.event >= answers.size() || !answers[id.event]) continue;
      const auto& subject = batch.events[id.event].event.subject;
      if (!names->is_forgotten(subject)) linked |= link_identifier(*keys, id, subject);
    }
    if (linked) keys->sync();
  });
}

result<std::vector<result<appended>>> ledger_core::submit_forgetting(
    prepared_events& batch, const append_options& how,
    const std::vector<std::size_t>& forgettings) {
  std::vector<std::string> subjects;
  for (const auto i : forgettings) subjects.push_back(batch.events[i].event.subject);
  keys->note_forgetting(subjects);
  auto answers = submit(batch, how);
  if (!answers) return answers;
  subjects.clear();
  for (const auto i : forgettings)
    if (i < answers->size() && (*answers)[i] && !(*answers)[i]->existed)
      subjects.push_back(batch.events[i].event.subject);
  if (!subjects.empty()) keys->forget(subjects);
  return answers;
}

result<std::vector<result<appended>>> ledger::append(std::vector<draft> drafts,
                                                     const append_options& options) {
  return append(prepare(std::move(drafts)), options);
}

position ledger::head() const {
  return {core_->visible.load()};
}

position ledger::synced() const {
  return {core_->synced.load()};
}

bool ledger::wait_behind(position at, std::chrono::milliseconds at_most) const {
  return core_->wait_until([&] { return core_->synced.load() > at.value; }, at_most);
}

bool ledger::wait_head_behind(position at, std::chrono::milliseconds at_most) const {
  return core_->wait_until([&] { return head() > at; }, at_most);
}

void ledger::confirm(position replicated) {
  if (core_->options.durability == durability::local || replicated <= head()) return;
  const std::lock_guard lock(core_->writer_mutex);
  STEGVIS_ASSERT(replicated <= synced());
  core_->log->write_notes({{replicated_note, std::to_string(replicated.value)}}, false);
  core_->visible.store(std::max(head(), replicated).value);
  core_->tell_moved();
}

recorded_time ledger::recorded_at(position at) const {
  if (at.value == 0) return {};
  const auto bytes = core_->log->read_record_bytes(at);
  return read_record(bytes.value()).value().recorded;
}

result<position> ledger::resolve_cut(std::string_view text) {
  if (all_digits(text)) {
    const position at{std::stoull(std::string(text))};
    if (at > head()) return bad_cut("the head is " + std::to_string(head().value));
    return at;
  }
  const auto date = parse_day(text);
  const auto time = date ? std::optional(end_of(*date)) : parse_recorded_time(text);
  if (!time) return bad_cut("neither a position, a date nor an RFC 3339 time");
  if (time->us > core_->now().us) return bad_cut("ahead of the clock");
  {
    const std::lock_guard lock(core_->writer_mutex);
    core_->promised = std::max(core_->promised, *time);
  }
  position low{0}, high = head();  // recorded_at(low) <= time
  while (low < high) {
    const position middle{low.value + (high.value - low.value + 1) / 2};
    if (recorded_at(middle) <= *time)
      low = middle;
    else
      high = {middle.value - 1};
  }
  return low;
}

result<event> ledger::read(position at) const {
  if (at.value == 0 || at > head())
    return problem{errc::bad_argument, "there is no position " + std::to_string(at.value)};
  return core_->read(at);
}

result<std::vector<event>> ledger::journey(std::string_view subject, position from,
                                           position to) const {
  const position bound = std::min(to, head());
  std::vector<position> wanted;
  for (const position p : core_->names->stream(subject))
    if (p >= from && p <= bound) wanted.push_back(p);
  const auto records = core_->log->read_many(wanted);
  if (!records) return records.error();
  std::vector<event> events;
  events.reserve(wanted.size());
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    auto e = decode_bytes((*records)[i], wanted[i]);
    if (!e) return e.error();
    events.push_back(std::move(*e));
  }
  return events;
}

std::optional<position> ledger::find(std::string_view source, std::string_view id) const {
  const auto at = core_->names->find(hash_name(source, id));
  return at && *at <= head() ? at : std::nullopt;
}

stream_version ledger::version(std::string_view subject) const {
  return core_->names->version(subject, head());
}

std::vector<std::string> ledger::subjects(std::string_view prefix) const {
  return core_->names->subjects(prefix, head());
}

bool ledger::is_forgotten(std::string_view subject) const {
  return core_->names->is_forgotten(subject);
}

result<void> ledger::scan(position from, position to,
                          const std::function<bool(const event&)>& visit) const {
  return scan_synced(from, std::min(to, head()), visit);
}

result<void> ledger::scan_synced(position from, position to,
                                 const std::function<bool(const event&)>& visit) const {
  const position bound = std::min(to, synced());
  if (bound < from) return {};
  block_log::cursor cursor(*core_->log, from, bound);
  record_view record{};
  position at{};
  while (cursor.next(record, at)) {
    const auto e = decode_record(record, at);
    if (!e) return e.error();
    if (!visit(*e)) return {};
  }
  if (cursor.damage()) return *cursor.damage();
  return {};
}

result<key_store*> ledger::keys() const {
  if (!core_->keys) return core_->keys_missing;
  return &*core_->keys;
}

void ledger::unseal(event& e) const {
  const std::string name = e.name();
  for_each_secret(e.data, [&](std::string_view field, privacy cls, secret_field& s) {
    if (s.clear) return;
    const auto key = core_->keys ? core_->keys->find(e.subject, cls) : std::nullopt;
    const auto plain = key ? stegvis::open(*key, name, field, s.bytes) : std::nullopt;
    s.bytes = plain.value_or("\"erased\"");
    s.clear = true;
  });
}

result<appended> ledger::forget(std::string_view subject, draft why) {
  const auto store = keys();
  if (!store) return store.error();
  STEGVIS_ASSERT(why.event.subject == subject);
  std::vector<draft> one;
  one.push_back(std::move(why));
  const auto answer = append(std::move(one), append_options{});
  if (!answer) return answer.error();
  return answer->front();
}

std::optional<std::string> ledger::note(std::string_view key) const {
  return core_->log->note(key);
}

void ledger::write_notes(const std::vector<std::pair<std::string, std::string>>& notes,
                         bool on_disk) {
  const std::lock_guard lock(core_->writer_mutex);
  core_->log->write_notes(notes, on_disk);
}

std::string ledger::id() const {
  return core_->head->id();
}

std::uint32_t ledger::epoch() const {
  const std::lock_guard lock(core_->writer_mutex);
  return core_->head->epoch();
}

std::optional<std::string> ledger::follows() const {
  const std::lock_guard lock(core_->writer_mutex);
  return core_->follows;
}

// A crash in between leaves a follower with a newer epoch, to be promoted again.
void ledger::promote(std::uint32_t epoch) {
  const std::lock_guard lock(core_->writer_mutex);
  STEGVIS_ASSERT(core_->follows && epoch >= core_->head->epoch());
  core_->head->store_epoch(epoch);
  fs::remove(follows_file(core_->options.folder));
  core_->follows.reset();
}
const std::filesystem::path& ledger::folder() const {
  return core_->options.folder;
}

std::uint64_t ledger::disk_bytes() const {
  std::uint64_t bytes = 0;
  std::error_code gone;  // files come and go while we look
  for (fs::recursive_directory_iterator f(core_->options.folder, gone), end; f != end;
       f.increment(gone)) {
    if (!f->is_regular_file(gone)) continue;
    const auto size = f->file_size(gone);
    if (!gone) bytes += size;
  }
  return bytes;
}

}  // namespace stegvis
