#include "projections/columns/fold_step.hpp"

#include <algorithm>
#include <span>
#include <utility>

namespace stegvis {
namespace {
class folder {
 public:
  folder(const events_by_subject& events, const chunk_places& places, const fold_sources& sources)
      : events_(events),
        places_(places),
        sources_(sources),
        next_(static_cast<std::uint32_t>(places.chunks.size())) {}

  made_chunks fold() {
    std::vector<std::uint32_t> rewritten, fresh;
    for (const auto subject : events_.touched()) {
      if (const auto chunk = chunk_of(subject); chunk != journey_place::nowhere)
        rewritten.push_back(chunk);
      else
        fresh.push_back(subject);
    }
    std::ranges::sort(rewritten);
    rewritten.erase(std::unique(rewritten.begin(), rewritten.end()), rewritten.end());
    // Every chunk is made once, the last one together with what fills it up.
    const auto last = next_ - 1;
    const bool fills = !fresh.empty() && next_ > 0 && rows_of(last) < chunk_rows;
    for (const auto chunk : rewritten)
      if (!fills || chunk != last) put(chunk, rewrite(chunk));
    if (!fresh.empty()) add_fresh(fresh, fills ? last : next_++, fills);
    return std::move(made_);
  }

 private:
  std::uint32_t chunk_of(std::uint32_t subject) const {
    return subject < places_.of_subject.size() ? places_.of_subject[subject].chunk
                                               : journey_place::nowhere;
  }
  std::size_t rows_of(std::uint32_t chunk) const { return places_.chunks[chunk]->content.size(); }

  void fetch_ahead(const std::vector<std::uint32_t>& subjects, std::size_t now) const {
    if (now + 2 < subjects.size()) events_.fetch_events(subjects[now + 2]);
    if (now + 1 < subjects.size()) events_.fetch_texts(subjects[now + 1]);
  }
  chunk_maker rewrite(std::uint32_t chunk);
  void add_fresh(const std::vector<std::uint32_t>& fresh, std::uint32_t number, bool fills);
  void add(chunk_maker& into, std::uint32_t subject);
  void put(std::uint32_t number, chunk_maker);

  const events_by_subject& events_;
  const chunk_places& places_;
  const fold_sources& sources_;
  std::uint32_t next_;  // number of the next new chunk
  made_chunks made_;
  journey_draft draft_;  // reused, as is
  column_step whole_;           // what the columns keep of a whole journey
};

// Adds the subject's events to what the draft holds of it, and puts that into the chunk.
void folder::add(chunk_maker& into, std::uint32_t subject) {
  const auto name = places_.subjects.text(subject);
  if (!add_events(draft_, events_.of(subject), sources_.names)) {
    draft_.clear();
    const auto events = sources_.whole(name, whole_);
    resolve_all(draft_, events, whole_);
  }
  if (draft_.rows.empty()) return;
  sort_rows(draft_);
  into.add(name, draft_);
}

chunk_maker folder::rewrite(std::uint32_t chunk) {
  const column_chunk& before = *places_.chunks[chunk];
  const std::string stored = sources_.stored(chunk);
  const auto ids = stored_ids(stored);
  STEGVIS_ASSERT(ids.size() == before.journeys.size());
  chunk_maker maker;
  maker.reserve(before.content.size(), before.sealed.size(), before.sealed_bytes.size());
  const auto& members = places_.members[chunk];
  const std::span journeys(before.journeys);
  std::size_t copied = 0;  // journeys that are in the new chunk
  const auto copy_up_to = [&](std::size_t end) {
    if (end > copied)
      maker.copy(before, journeys.subspan(copied, end - copied),
                 std::span(ids).subspan(copied, end - copied));
  };
  for (std::size_t i = 0; i < journeys.size(); ++i) {
    fetch_ahead(members, i);
    if (!events_.has(members[i])) continue;
    copy_up_to(i);
    read_draft(before, journeys[i], ids[i], draft_);
    add(maker, members[i]);
    copied = i + 1;
  }
  copy_up_to(journeys.size());
  return maker;
}

void folder::add_fresh(const std::vector<std::uint32_t>& fresh, std::uint32_t number, bool fills) {
  chunk_maker maker = fills ? rewrite(number) : chunk_maker{};
  for (std::size_t i = 0; i < fresh.size(); ++i) {
    fetch_ahead(fresh, i);
    if (maker.rows() >= chunk_rows) {
      chunk_maker next;
      next.reserve(maker.rows(), maker.sealed().size(), maker.sealed().bytes());
      put(number, std::exchange(maker, std::move(next)));
      number = next_++;
    }
    draft_.clear();
    add(maker, fresh[i]);
  }
  put(number, std::move(maker));
}

void folder::put(std::uint32_t number, chunk_maker maker) {
  maker.settle();
  const std::size_t rows = maker.rows();
  if (rows <= 2 * chunk_rows || maker.chunk().journeys.size() == 1) {
    made_.insert_or_assign(number, std::move(maker));
    return;
  }
  for (auto& piece : maker.split(rows / (rows / chunk_rows))) {
    made_.insert_or_assign(number, std::move(piece));
    number = next_++;
  }
  --next_;
}
}  // namespace

made_chunks fold_step(const events_by_subject& events, const chunk_places& places,
                      const fold_sources& sources) {
  return folder(events, places, sources).fold();
}

}  // namespace stegvis
