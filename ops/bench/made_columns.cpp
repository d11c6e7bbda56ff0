#include "ops/bench/made_columns.hpp"

#include <algorithm>
#include <fstream>
#include <random>
#include <string>

#include "events/catalogue.hpp"
#include "projections/columns/chunk_maker.hpp"
#include "projections/columns/dictionary.hpp"
#include "projections/episodes.hpp"

namespace stegvis::bench {
namespace {
constexpr std::uint64_t events_each = 12;
constexpr int subprojects = 40;

class maker {
 public:
  explicit maker(std::uint64_t participants) : participants_(participants) {
    for (int i = 0; i < subprojects; ++i) {
      participant_enrolled e{};
      e.subproject = "sub-" + std::to_string(i);
      enrolled_.push_back(entry(e));
    }
    for (int i = 0; i < 6; ++i) {
      placement_started p{};
      p.kind = static_cast<placement_kind>(i);
      placed_.push_back(entry(p));
      activity_started a{};
      a.kind = static_cast<activity_kind>(i);
      others_.push_back(entry(a));
    }
    others_.push_back(entry(contact_made{}));
    others_.push_back(entry(plan_agreed{}));
    others_.push_back(entry(activity_attended{}));
    exited_ = entry(participant_exited{});
  }

  made_columns make() {
    auto set = std::make_shared<column_set>();
    set->dictionary = dictionary_.entries();
    chunk_maker chunk;
    const auto finish = [&] {
      auto made = chunk.take();
      made.by_type = group_by_type(made, set->dictionary);
      set->chunks.push_back(std::make_shared<column_chunk>(std::move(made)));
      chunk = {};
    };
    for (std::uint64_t p = 0; p < participants_; ++p) {
      chunk.add("participant/p-" + std::to_string(1'000'000 + p), journey(p));
      if (chunk.rows() >= chunk_rows) finish();
    }
    if (chunk.rows() > 0) finish();
    set->checkpoint = {events_each * participants_ + corrections_};
    const position cut{events_each * participants_ + corrections_ / 2};
    return {std::move(set), cut, make_day(2020, 6, 30)};
  }

 private:
  template <class T>
  std::uint32_t entry(const T& data) {
    const event_data said(data);
    const auto& type = column_type_of(said.type());
    dictionary_.prepare(type, said.object());
    return dictionary_.find_or_add(type, said.object());
  }

  journey_draft journey(std::uint64_t p) {
    journey_draft draft;
    draft.ids.add("e");
    const day first = make_day(2016, 1, 1) + static_cast<int>(random_() % 1'460);
    day on = first;
    for (std::uint64_t k = 0; k < events_each; ++k) {
      draft_row row;
      row.order = row.known_from = k * participants_ + p + 1;
      row.valid = row.recorded_day = row.dated_on = on.count;
      row.content = content(k);
      if (k == 0) row.enrolment = 1;
      if (is_placement(row.content)) {
        draft.ids.add("pl-" + std::to_string(k));
        row.key = draft.ids.size();
      }
      if (random_() % 50 == 0) {
        draft_row corrected = row;
        row.known_to = corrected.known_from = events_each * participants_ + ++corrections_;
        corrected.valid += static_cast<int>(random_() % 30);
        draft.rows.push_back(corrected);
      }
      draft.rows.push_back(row);
      on = on + static_cast<int>(random_() % 150);
    }
    sort_rows(draft);
    return draft;
  }

  std::uint32_t content(std::uint64_t k) {
    if (k == 0) return enrolled_[random_() % enrolled_.size()];
    if (k == events_each - 1 && random_() % 2 == 0) return exited_;
    if (random_() % 16 == 0) return placed_[random_() % placed_.size()];
    return others_[random_() % others_.size()];
  }
  bool is_placement(std::uint32_t content) const {
    return std::ranges::find(placed_, content) != placed_.end();
  }

  std::uint64_t participants_, corrections_ = 0;
  column_dictionary dictionary_;
  std::vector<std::uint32_t> enrolled_, placed_, others_;
  std::uint32_t exited_ = 0;
  std::mt19937_64 random_{1};
};

template <class T>
void write(const std::filesystem::path& file, const std::vector<T>& values) {
  std::ofstream out(file, std::ios::binary);
  out.write(reinterpret_cast<const char*>(values.data()),
            static_cast<std::streamsize>(values.size() * sizeof(T)));
}

template <class T, class F>  // T(const column_chunk&, std::size_t row)
void write_column(const made_columns& made, const std::filesystem::path& file, F&& value) {
  std::vector<T> values;
  values.reserve(made.set->rows());
  for (const auto& c : made.set->chunks)
    for (std::size_t row = 0; row < c->content.size(); ++row) values.push_back(value(*c, row));
  write(file, values);
}
}  // namespace

made_columns make_columns(std::uint64_t participants) {
  return maker(participants).make();
}

void export_arrays(const made_columns& made, const std::filesystem::path& folder) {
  std::filesystem::create_directories(folder);
  const auto said = [&](const column_chunk& c, std::size_t row) -> const fact_content& {
    return made.set->dictionary[c.content[row]]->base;
  };
  std::vector<std::uint32_t> journeys;
  std::uint32_t journey = 0;
  for (const auto& c : made.set->chunks)
    for (const auto& j : c->journeys) journeys.insert(journeys.end(), j.count, journey++);
  write(folder / "journey", journeys);
  write_column<std::uint8_t>(made, folder / "type", [&](const column_chunk& c, std::size_t row) {
    const auto& f = said(c, row);
    const bool job = f.kind == fact_kind::placement_started && is_job(f.code);
    return static_cast<std::uint8_t>(f.kind == fact_kind::participant_enrolled ? 1 : job ? 2 : 0);
  });
  write_column<std::int32_t>(made, folder / "day",
                             [](const column_chunk& c, std::size_t row) { return c.valid[row]; });
  const auto known = [](std::uint64_t p) {
    return static_cast<std::uint32_t>(std::min<std::uint64_t>(p, 0xffff'ffff));
  };
  write_column<std::uint32_t>(made, folder / "known_from", [&](const auto& c, std::size_t row) {
    return known(c.known_from[row]);
  });
  write_column<std::uint32_t>(made, folder / "known_to", [&](const auto& c, std::size_t row) {
    return known(c.known_to[row]);
  });
  write_column<std::uint16_t>(made, folder / "stratum", [&](const auto& c, std::size_t row) {
    const auto& f = said(c, row);
    const bool enrolled = f.kind == fact_kind::participant_enrolled;
    return static_cast<std::uint16_t>(enrolled ? std::stoi(f.text.substr(4)) : 0);
  });
  std::ofstream(folder / "question") << made.cut.value << ' ' << made.as_of.count << '\n';
}

}  // namespace stegvis::bench
