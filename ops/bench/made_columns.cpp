#include "ops/bench/made_columns.hpp"

#include <algorithm>
#include <fstream>
#include <random>
#include <string>
#include <utility>

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
      placements_.begins.push_back(entry(p));
      activity_started a{};
      a.kind = static_cast<activity_kind>(i);
      activities_.begins.push_back(entry(a));
    }
    placements_.ends = entry(placement_ended{});
    activities_.ends = entry(activity_ended{});
    steps_ = {{entry(step_started{})}, entry(step_completed{})};
    others_ = {entry(contact_made{}), entry(plan_agreed{}), entry(activity_attended{})};
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

  // What begins and ends, one at a time; 0: nothing runs.
  struct course {
    std::vector<std::uint32_t> begins{};
    std::uint32_t ends = 0;
    std::uint32_t running = 0;
  };

  journey_draft journey(std::uint64_t p) {
    journey_draft draft;
    draft.ids.add("e");
    for (course* c : {&placements_, &activities_, &steps_}) c->running = 0;
    const day first = make_day(2016, 1, 1) + static_cast<int>(random_() % 1'460);
    day on = first;
    for (std::uint64_t k = 0; k < events_each; ++k) {
      draft_row row;
      row.order = row.known_from = k * participants_ + p + 1;
      row.valid = row.recorded_day = row.dated_on = on.count;
      row.enrolment = 1;
      fill(row, k, draft);
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

  void fill(draft_row& row, std::uint64_t k, journey_draft& draft) {
    if (k == 0)
      row.content = enrolled_[random_() % enrolled_.size()];
    else if (k == events_each - 1 && random_() % 2 == 0)
      row.content = exited_;
    else if (random_() % 16 == 0)
      go_on(placements_, row, draft);
    else if (const auto next = random_() % 9; next < 3)
      go_on(activities_, row, draft);
    else if (next == 3)
      go_on(steps_, row, draft);
    else
      row.content = others_[random_() % others_.size()];
  }
  // Ends what runs, or begins another.
  void go_on(course& c, draft_row& row, journey_draft& draft) {
    if (c.running != 0) {
      row.content = c.ends;
      row.key = std::exchange(c.running, 0);
      return;
    }
    draft.ids.add("t-" + std::to_string(draft.ids.size()));
    row.content = c.begins[random_() % c.begins.size()];
    row.key = c.running = draft.ids.size();
  }

  std::uint64_t participants_, corrections_ = 0;
  column_dictionary dictionary_;
  std::vector<std::uint32_t> enrolled_, others_;
  course placements_, activities_, steps_;
  std::uint32_t exited_ = 0;
  std::mt19937_64 random_{1};
};

std::uint8_t type_of(const fact_content& f) {
  switch (f.kind) {
    case fact_kind::participant_enrolled:
      return 1;
    case fact_kind::placement_started:
      return is_job(f.code) ? 2 : 3;
    case fact_kind::activity_started:
      return f.code == static_cast<std::uint8_t>(activity_kind::studies) ? 4 : 5;
    case fact_kind::step_started:
      return 6;
    case fact_kind::placement_ended:
    case fact_kind::activity_ended:
    case fact_kind::step_completed:
      return 7;
    case fact_kind::plan_agreed:
      return 8;
    case fact_kind::participant_exited:
      return 9;
    default:
      return 0;
  }
}

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
    return type_of(said(c, row));
  });
  write_column<std::uint32_t>(made, folder / "key",
                              [](const column_chunk& c, std::size_t row) { return c.key[row]; });
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
