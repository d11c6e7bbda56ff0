// The one writer: takes all appends that wait, checks them in order, gives positions, writes them
// with one sync, moves the head, and answers everyone. A lone client writes inline; when others
// came meanwhile, the writer thread takes over.
#include <algorithm>
#include <cstring>
#include <set>

#include "events/catalogue.hpp"
#include "events/ledger_core.hpp"
#include "events/name_table.hpp"

namespace stegvis {
namespace {
constexpr std::uint32_t block_events = 256;
constexpr std::int64_t clock_slack_us = 60'000'000;

// An event that has its position but is not on disk yet.
struct staged {
  prepared_event* event;
  std::string* records;  // the buffer its record stands in
  recorded_time recorded;
};

problem batch_too_large() {
  return {errc::too_large, "a batch of over 10000 events or 16 MiB"};
}

std::string at_index(std::size_t i) {
  return "/" + std::to_string(i);
}

// Checks the requests of one group one after the other and stages what they add.
class plan {
 public:
  explicit plan(ledger_core& s)
      : state_(s),
        first_{s.synced.load() + 1},
        last_recorded_(s.last_recorded),
        promised_(std::max(s.promised, s.last_recorded)) {}

  result<std::vector<result<appended>>> add(prepared_events& batch, const append_options& options);
  std::vector<staged>& events() { return staged_; }
  position first() const { return first_; }
  recorded_time last_recorded() const { return last_recorded_; }

 private:
  struct mark {
    std::size_t staged;
    recorded_time last_recorded;
  };

  result<std::vector<result<appended>>> add_atomic(prepared_events&, const append_options&);
  result<std::vector<result<appended>>> take_all(prepared_events&, const append_options&);
  result<void> check_group(const prepared_events&, const append_options&) const;
  stream_version version_of(std::string_view subject) const;
  std::optional<problem> version_conflict(const append_options&) const;
  std::optional<position> find(const name_hash&) const;
  bool is_forgotten(std::string_view subject) const;
  recorded_time by_clock() const;
  result<appended> compare(prepared_event&, position existing);
  result<appended> take(prepared_event&, prepared_events&, const append_options&,
                        recorded_time shared);
  result<recorded_time> recorded_for(const prepared_event&, const append_options&,
                                     recorded_time shared) const;
  result<void> finish_late(prepared_event&, prepared_events&);
  result<void> bind(event&) const;
  result<event> target_of(const event&, const std::string& target) const;
  result<event> event_at(position) const;
  void roll_back(mark);
  position next_position() const { return {first_.value + staged_.size()}; }

  ledger_core& state_;
  position first_;
  recorded_time last_recorded_;
  recorded_time promised_;
  std::vector<staged> staged_;
  name_table names_;
  std::set<std::string, std::less<>> forgotten_;  // by what is staged
};

std::optional<position> plan::find(const name_hash& name) const {
  if (const auto at = names_.find(name)) return at;
  return state_.names->find(name);
}

bool plan::is_forgotten(std::string_view subject) const {
  return forgotten_.contains(subject) || state_.names->is_forgotten(subject);
}

// The recorded time of what comes without one.
recorded_time plan::by_clock() const {
  return {std::max(state_.now().us, std::max(last_recorded_, promised_).us + 1)};
}

result<event> plan::event_at(position at) const {
  if (at < first_) return state_.read(at);
  return staged_[at.value - first_.value].event->event;
}

result<void> plan::check_group(const prepared_events& batch, const append_options& options) const {
  if (state_.poison) return *state_.poison;
  if (state_.follows && !options.following)
    return problem{errc::follower, "this ledger follows " + *state_.follows};
  if (options.atomic &&
      (batch.events.size() > batch_events_max || batch.records.size() > batch_bytes_max))
    return batch_too_large();
  if (!options.keep_recorded && !options.accept_clock &&
      promised_.us > state_.now().us + clock_slack_us)
    return problem{errc::clock_behind,
                   "the last event was recorded at " + to_string(last_recorded_)};
  return {};
}

stream_version plan::version_of(std::string_view subject) const {
  auto version = state_.names->version(subject);
  for (const auto& s : staged_) version.value += s.event->event.subject == subject ? 1 : 0;
  return version;
}

std::optional<problem> plan::version_conflict(const append_options& options) const {
  for (const auto& e : options.expected) {
    const auto version = version_of(e.subject);
    if (version != e.version)
      return problem{errc::version_conflict, "expected version " + std::to_string(e.version.value) +
                                                 " of " + e.subject + ", the journey is at " +
                                                 std::to_string(version.value)};
  }
  return std::nullopt;
}

result<event> plan::target_of(const event& e, const std::string& target) const {
  const auto space = target.find(' ');
  const bool foreign = space != std::string::npos;
  const auto at = find(hash_name(foreign ? target.substr(0, space) : e.source,
                                 foreign ? target.substr(space + 1) : target));
  if (!at) return problem(errc::bad_target, "no event of that name", "/data/target");
  auto found = event_at(*at);
  if (!found) return found.error();
  if (found->subject != e.subject)
    return problem(errc::bad_target, "the target is about another subject", "/data/target");
  return found;
}

result<void> plan::bind(event& e) const {
  if (auto* v = e.data.get<event_voided>()) {
    const auto target = target_of(e, v->target);
    if (!target) return target.error();
    if (target->data.get<event_voided>() != nullptr)
      return problem(errc::bad_target, "a void is not voided", "/data/target");
  }
  auto* c = e.data.get<event_corrected>();
  if (c == nullptr) return {};
  const auto target = target_of(e, c->target);
  if (!target) return target.error();
  if (target->data.get<event_corrected>() != nullptr || target->data.get<event_voided>() != nullptr)
    return problem(errc::bad_target, "the target is not an original event", "/data/target");
  if (!c->data && !c->time)
    return problem(errc::missing_field, "a correction gives data, time or both", "/data");
  if (!c->data || c->data->bound()) return {};
  read_context context;
  if (!c->data->bind(target->type(), context)) return context.error;
  return {};
}

result<void> plan::finish_late(prepared_event& p, prepared_events& batch) {
  if (!p.late) return {};
  if (const auto r = bind(p.event); !r) return r.error();
  if (const auto r = state_.seal(p.event, true); !r) return r.error();
  return state_.encode(p, batch.records);
}

// The same name: the same content is the same event; without its key the name alone decides.
result<appended> plan::compare(prepared_event& p, position existing) {
  const auto known = event_at(existing);
  if (!known) return known.error();
  const problem conflict(errc::id_conflict,
                         "position " + std::to_string(existing.value) + " has other content",
                         "/id");
  if (known->type().id != p.event.type().id || known->subject != p.event.subject) return conflict;
  if (p.late) {
    if (const auto r = bind(p.event); !r) return conflict;
    const auto sealed = state_.seal(p.event, false);
    if (!sealed) return sealed.error();
    if (!*sealed) return appended{existing, true};
  }
  std::string ours, theirs;
  append_content(p.event, ours);
  append_content(*known, theirs);
  if (ours != theirs) return conflict;
  return appended{existing, true};
}

result<recorded_time> plan::recorded_for(const prepared_event& p, const append_options& options,
                                         recorded_time shared) const {
  if (!options.keep_recorded) return shared;
  if (!p.recorded) return problem(errc::bad_recorded, "required", "/recordedtime");
  if (*p.recorded < last_recorded_)
    return problem(errc::bad_recorded, "before the ledger's last, " + to_string(last_recorded_),
                   "/recordedtime");
  if (p.recorded->us > state_.now().us)
    return problem(errc::bad_recorded, "ahead of the clock", "/recordedtime");
  if (p.sequence && *p.sequence != next_position())
    return problem(errc::bad_sequence,
                   "the event's position is " + std::to_string(next_position().value), "/sequence");
  return *p.recorded;
}

result<appended> plan::take(prepared_event& p, prepared_events& batch,
                            const append_options& options, recorded_time shared) {
  if (p.refused) return *p.refused;
  if (const auto existing = find(p.name)) return compare(p, *existing);
  const auto recorded = recorded_for(p, options, shared);
  if (!recorded) return recorded.error();
  if (is_forgotten(p.event.subject))
    return problem(errc::forgotten, "events come under a new subject", "/subject");
  if (const auto r = finish_late(p, batch); !r) return r.error();
  const position at = next_position();
  names_.insert(p.name, at);
  staged_.push_back({&p, &batch.records, *recorded});
  if (p.event.data.get<person_forgotten>() != nullptr) forgotten_.insert(p.event.subject);
  last_recorded_ = std::max(last_recorded_, *recorded);
  return appended{at, false};
}

void plan::roll_back(mark m) {
  staged_.resize(m.staged);
  names_ = {};
  forgotten_.clear();
  for (std::size_t i = 0; i < staged_.size(); ++i) {
    const event& e = staged_[i].event->event;
    names_.insert(staged_[i].event->name, {first_.value + i});
    if (e.data.get<person_forgotten>() != nullptr) forgotten_.insert(e.subject);
  }
  last_recorded_ = m.last_recorded;
}

result<std::vector<result<appended>>> plan::take_all(prepared_events& batch,
                                                     const append_options& options) {
  const recorded_time shared = by_clock();
  std::vector<result<appended>> answers;
  for (std::size_t i = 0; i < batch.events.size(); ++i) {
    answers.push_back(take(batch.events[i], batch, options, shared));
    if (batch.records.size() > batch_bytes_max) return batch_too_large();  // by corrections
    if (answers.back()) continue;
    problem p = answers.back().error();
    if (batch.events.size() > 1) p.field = at_index(i) + p.field;
    return p;
  }
  return answers;
}

// A repeated batch answers `exists` and never a version conflict, so the version is asked last.
result<std::vector<result<appended>>> plan::add_atomic(prepared_events& batch,
                                                       const append_options& options) {
  const mark before{staged_.size(), last_recorded_};
  auto wrong = version_conflict(options);
  auto answers = take_all(batch, options);
  if (!answers) {
    roll_back(before);
    return answers;
  }
  const auto existed = std::ranges::count_if(*answers, [](const auto& a) { return a->existed; });
  if (existed == std::ssize(*answers)) return answers;
  if (existed != 0)
    wrong = problem{errc::batch_partly_exists, std::to_string(existed) + " of " +
                                                   std::to_string(answers->size()) +
                                                   " events exist; nothing was written"};
  if (!wrong) return answers;
  roll_back(before);
  return *wrong;
}

result<std::vector<result<appended>>> plan::add(prepared_events& batch,
                                                const append_options& options) {
  if (const auto r = check_group(batch, options); !r) return r.error();
  if (options.atomic) return add_atomic(batch, options);
  std::vector<result<appended>> answers;
  answers.reserve(batch.events.size());
  for (auto& p : batch.events) {
    answers.push_back(take(p, batch, options, by_clock()));
    if (options.until_refused && !answers.back()) break;
  }
  return answers;
}

// The staged records as blocks, stamped with their recorded times.
struct blocks {
  std::vector<std::string> bytes;
  std::vector<std::uint32_t> counts;
};

blocks build_blocks(const std::vector<staged>& events) {
  blocks b;
  for (const staged& s : events) {
    if (b.counts.empty() || b.counts.back() == block_events) {
      b.bytes.emplace_back();
      b.counts.push_back(0);
    }
    char* record = s.records->data() + s.event->offset;
    stamp_record(record, s.recorded);
    b.bytes.back().append(record, s.event->size);
    ++b.counts.back();
  }
  return b;
}

void write_blocks(ledger_core& core, plan& p, const block_log::notes& notes) {
  const blocks b = build_blocks(p.events());
  const std::vector<std::string_view> views(b.bytes.begin(), b.bytes.end());
  if (core.keys) core.keys->sync();
  core.log->append(p.first(), views, b.counts, notes);
  std::vector<indexed_event> indexed;
  indexed.reserve(p.events().size());
  for (const staged& s : p.events()) {
    const event& e = s.event->event;
    indexed.push_back({s.event->name, e.subject, e.data.get<person_forgotten>() != nullptr});
  }
  core.names->add(p.first(), indexed);
  const position last{p.first().value + indexed.size() - 1};
  core.head->store(last);
  core.last_recorded = p.last_recorded();
  core.synced.store(last.value);
  if (core.options.durability == durability::local) core.visible.store(last.value);
  core.tell_moved();
}

// Of those of whom nothing was refused.
block_log::notes notes_of(const std::vector<ledger_core::request*>& group) {
  block_log::notes all;
  for (const auto* r : group) {
    const auto& answer = *r->answer;
    if (answer && std::ranges::all_of(*answer, [](const auto& a) { return a.has_value(); })) {
      all.insert(all.end(), r->options->notes.begin(), r->options->notes.end());
    }
  }
  return all;
}
}  // namespace

// What fails while a group is checked (the index cannot be read, no memory) has changed nothing:
// everyone of the group learns of it, and the ledger goes on. From the first write on, whether the
// events are there is unknown, so nothing is taken any more until the ledger is opened anew. The
// same holds for the index behind a synced log: reopening makes it good.
void ledger_core::commit(std::vector<request*>& group) {
  const std::lock_guard lock(writer_mutex);
  plan p(*this);
  try {
    for (request* r : group) r->answer = p.add(*r->batch, *r->options);
  } catch (const std::exception&) {
    for (request* r : group) r->failure = std::current_exception();
    return;
  }
  try {
    const auto notes = notes_of(group);
    if (!p.events().empty()) {
      write_blocks(*this, p, notes);
    } else if (!notes.empty()) {
      log->write_notes(notes, true);
    }
  } catch (const std::exception& e) {
    poison = problem{errc::poisoned, e.what()};
    for (request* r : group) r->answer = *poison;
  }
}

void ledger_core::write_waiting() {
  std::vector<request*> group;
  {
    const std::lock_guard lock(queue_mutex);
    group.swap(queue);
  }
  commit(group);
  for (request* r : group) r->done.store(true, std::memory_order_release);
  answered.fetch_add(1);
  answered.notify_all();
}

// Says whether somebody still has to write; if not, the next append writes inline.
bool ledger_core::more_waiting() {
  const std::lock_guard lock(queue_mutex);
  writing = !queue.empty();
  if (!writing) idle.notify_all();
  return writing;
}

void ledger_core::start_writer() {
  writer = std::jthread([this](const std::stop_token& stop) {
    for (std::uint32_t seen = 0;;) {
      handed.wait(seen);
      seen = handed.load();
      if (stop.stop_requested()) return;
      do write_waiting();
      while (more_waiting());
    }
  });
}

void ledger_core::stop_writer() {
  {
    std::unique_lock lock(queue_mutex);
    idle.wait(lock, [this] { return !writing; });
  }
  writer.request_stop();
  handed.fetch_add(1);
  handed.notify_one();
  writer = {};
}

// Nobody waits but for a relay or a stream: then this costs one load.
void ledger_core::tell_moved() const {
  if (watching.load() == 0) return;
  const std::lock_guard lock(moved_mutex);
  moved.notify_all();
}

void ledger_core::await_replicated(std::vector<result<appended>>& answers,
                                   std::chrono::milliseconds at_most) {
  if (options.durability == durability::local) return;
  position last{};
  for (const auto& a : answers) {
    if (a) last = std::max(last, a->position);
  }
  wait_until([&] { return visible.load() >= last.value; }, at_most);
  const position seen{visible.load()};
  for (auto& a : answers) {
    if (a) a->pending = a->position > seen;
  }
}

result<std::vector<result<appended>>> ledger_core::submit(prepared_events& batch,
                                                          const append_options& append) {
  request r{&batch, &append};
  bool inline_writer = false;
  {
    const std::lock_guard lock(queue_mutex);
    queue.push_back(&r);
    inline_writer = !writing;
    writing = true;
  }
  if (inline_writer) {
    write_waiting();
    if (more_waiting()) {
      handed.fetch_add(1);
      handed.notify_one();
    }
  }
  // One wake for the whole group; who is not in it waits on.
  for (auto seen = answered.load(); !r.done.load(std::memory_order_acquire); seen = answered.load())
    answered.wait(seen);
  if (r.failure) std::rethrow_exception(r.failure);
  if (*r.answer) await_replicated(**r.answer, append.replicated_wait);
  return std::move(*r.answer);
}

}  // namespace stegvis
