#include "projections/columns/columns.hpp"

#include <algorithm>
#include <filesystem>
#include <mutex>

#include "projections/columns/column_store.hpp"
#include "projections/columns/fold_step.hpp"

namespace stegvis {
namespace {
namespace fs = std::filesystem;
constexpr char store_version = 1;
constexpr std::size_t position_bytes = 8;
constexpr std::uint64_t batch_max = 8'000'000;  // events a step: its offsets have 32 bits
constexpr std::size_t kept_events_max = 100'000;

// Everything that entries depend on: a field more, and they mean something else.
std::string catalogue_mark() {
  sha256_stream hash;
  for (const auto* t : all_types()) hash.add(json_schema(*t));
  return hex(hash.finish());
}

// What stands before the checkpoint: whose columns these are, and what wrote them.
std::string mark_of(const ledger& of) {
  return store_version + of.id() + catalogue_mark();
}

std::string bytes_of(position p) {
  std::string bytes;
  for (int shift = 56; shift >= 0; shift -= 8) bytes += static_cast<char>(p.value >> shift);
  return bytes;
}
position position_of(std::string_view bytes) {
  position p;
  for (const char c : bytes) p.value = p.value << 8 | static_cast<unsigned char>(c);
  return p;
}
}  // namespace

// In memory: what current() shows, and what finds a subject's journey in it.
struct columns::state {
  std::string mark;
  std::unique_ptr<column_store> store;
  std::mutex folding;        // one catch-up at a time
  mutable std::mutex guard;  // of `shown`
  std::shared_ptr<const column_set> shown = std::make_shared<column_set>();
  column_dictionary dictionary;
  subject_table subjects;
  std::vector<journey_place> places;                // by subject
  std::vector<std::vector<std::uint32_t>> members;  // by chunk: the subject of each journey
  column_step events;                               // of the step under way
  events_by_subject sorted;                         // likewise

  void load(const ledger& of, const fs::path& folder);
  void take(std::uint32_t chunk, const column_chunk&);
  result<void> read_step(const ledger& from, position first, position last);
  std::vector<event> whole_journey(const ledger& from, std::string_view subject, position last,
                                   column_step& into);
  made_chunks fold(const ledger& from, position last);
  void write(const made_chunks&, position checkpoint);
  void show(made_chunks, position checkpoint);
  std::shared_ptr<const column_set> current() const {
    const std::lock_guard lock(guard);
    return shown;
  }
};

// The journeys of the chunk are found here from now on.
void columns::state::take(std::uint32_t chunk, const column_chunk& c) {
  if (members.size() <= chunk) members.resize(chunk + 1u);
  auto& subjects_here = members[chunk];
  subjects_here.clear();
  for (std::uint32_t i = 0; i < c.journeys.size(); ++i) {
    const auto subject = subjects.find_or_add(c.journeys[i].subject);
    if (places.size() < subjects.size()) places.resize(subjects.size());
    places[subject] = {chunk, i};
    subjects_here.push_back(subject);
  }
}

void columns::state::load(const ledger& of, const fs::path& folder) {
  store = std::make_unique<column_store>(folder);
  const auto head = store->head();
  if (!head) return;
  if (head->size() != mark.size() + position_bytes || !head->starts_with(mark))
    throw world_error("columns of another ledger or version");
  auto set = std::make_shared<column_set>();
  set->checkpoint = position_of(std::string_view(*head).substr(mark.size()));
  if (set->checkpoint > of.head()) throw world_error("columns ahead of the ledger");
  store->each_entry([&](std::string_view bytes) {
    if (!dictionary.add_stored(bytes)) throw world_error("a stored entry does not decode");
  });
  std::size_t journeys = 0;
  store->each_chunk([&](std::string_view bytes) {
    auto chunk = read_chunk(bytes, {dictionary.entries(), set->checkpoint});
    if (!chunk) throw world_error(to_string(chunk.error()));
    take(static_cast<std::uint32_t>(set->chunks.size()), *chunk);
    chunk->by_type = group_by_type(*chunk, dictionary.entries());
    journeys += chunk->journeys.size();
    set->chunks.push_back(std::make_shared<column_chunk>(std::move(*chunk)));
  });
  if (journeys != subjects.size()) throw world_error("a subject has two journeys");
  set->dictionary = dictionary.entries();
  shown = std::move(set);
}

result<void> columns::state::read_step(const ledger& from, position first, position last) {
  step_reader reader(events, dictionary, subjects);
  reader.reserve(last.value - first.value + 1);
  const auto read = from.scan(first, last, [&](const event& e) {
    reader.add(e);
    return true;
  });
  reader.finish();
  return read;
}

std::vector<event> columns::state::whole_journey(const ledger& from, std::string_view subject,
                                                 position last, column_step& into) {
  auto journey = from.journey(subject, {1}, last);
  if (!journey) throw world_error(to_string(journey.error()));
  step_reader reader(into, dictionary, subjects);
  for (const event& e : *journey) reader.add(e);
  reader.finish();
  return std::move(*journey);
}

made_chunks columns::state::fold(const ledger& from, position last) {
  const fold_sources sources{[&](std::uint32_t chunk) { return store->chunk(chunk); },
                             [&](std::string_view subject, column_step& into) {
                               return whole_journey(from, subject, last, into);
                             },
                             [&](std::string_view source, std::string_view id) {
                               return from.find(source, id).value_or(position{});
                             }};
  const auto before = current();
  sorted.sort(events, subjects.size());
  return fold_step(sorted, {before->chunks, subjects, places, members}, sources);
}

void columns::state::write(const made_chunks& made, position checkpoint) {
  const std::string head = mark + bytes_of(checkpoint);
  const auto& entries = dictionary.unwritten();
  const auto added = static_cast<std::uint32_t>(entries.size());
  column_store::step s{.first_entry = dictionary.size() - added, .entries = entries, .head = head};
  for (const auto& [number, maker] : made) {
    s.chunks.push_back({number, [&maker = maker] { return maker.stored(); }});
    s.chunk_bytes += maker.stored_bytes();
  }
  store->write(s);
  dictionary.set_written();
}

void columns::state::show(made_chunks made, position checkpoint) {
  auto set = std::make_shared<column_set>();
  set->checkpoint = checkpoint;
  set->dictionary = dictionary.entries();
  set->chunks = current()->chunks;
  for (auto& [number, maker] : made) {
    take(number, maker.chunk());
    if (set->chunks.size() <= number) set->chunks.resize(number + 1u);
    auto chunk = maker.take();
    chunk.by_type = group_by_type(chunk, set->dictionary);
    set->chunks[number] = std::make_shared<column_chunk>(std::move(chunk));
  }
  const std::lock_guard lock(guard);
  shown = std::move(set);
}

columns::columns(std::unique_ptr<state> s) : state_(std::move(s)) {}
columns::~columns() = default;

std::unique_ptr<columns> columns::open(const ledger& of, std::string_view name) {
  const fs::path folder = of.folder() / "index" / "columns" / name;
  for (int attempt = 0;; ++attempt) {
    auto s = std::make_unique<state>();
    s->mark = mark_of(of);
    try {
      s->load(of, folder);
      return std::unique_ptr<columns>(new columns(std::move(s)));
    } catch (const store_in_use&) {
      throw;
    } catch (const world_error&) {
      if (attempt == 1) throw;
    }
    s.reset();
    fs::remove_all(folder);
  }
}

result<void> columns::catch_up(const ledger& from, position to, std::uint64_t batch,
                               const std::function<void(position)>& progress) {
  const std::lock_guard one(state_->folding);
  const position bound = std::min(to, from.head());
  batch = std::clamp<std::uint64_t>(batch, 1, batch_max);
  while (checkpoint() < bound) {
    const position last{std::min(bound.value, checkpoint().value + batch)};
    const auto read = state_->read_step(from, next(checkpoint()), last);
    if (!read) return read.error();
    auto made = state_->fold(from, last);
    state_->write(made, last);
    state_->show(std::move(made), last);
    if (progress) progress(last);
  }
  // What a large step took is not kept for small ones.
  if (state_->events.events.capacity() > kept_events_max) state_->events = {};
  return {};
}

position columns::checkpoint() const {
  return state_->current()->checkpoint;
}

std::shared_ptr<const column_set> columns::current() const {
  return state_->current();
}

std::uint64_t column_set::rows() const {
  std::uint64_t n = 0;
  for (const auto& c : chunks) n += c->content.size();
  return n;
}

}  // namespace stegvis
