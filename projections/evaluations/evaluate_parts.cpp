#include "projections/evaluations/evaluate_parts.hpp"

#include <algorithm>
#include <cstdlib>
#include <map>
#include <set>

#include "projections/evaluations/disclosure.hpp"
#include "projections/evaluations/evaluate.hpp"
#include "projections/evaluations/tables.hpp"

namespace stegvis {
namespace {
// Rows of a type, by chunk, journey and row.
template <class F>  // void(const column_chunk&, const column_chunk::journey_rows&, row)
void each_of(const column_set& set, const type_description* type, F&& visit) {
  for (const auto& chunk : set.chunks) {
    if (const auto& grouped = chunk->by_type) {
      const auto run = grouped->of(type);
      for (std::uint32_t i = run.first; i < run.end; ++i)
        visit(*chunk, chunk->journeys[grouped->journey[i]], grouped->row[i]);
      continue;
    }
    for (const auto& j : chunk->journeys)
      for (std::uint32_t row = j.first; row < j.first + j.count; ++row)
        if (set.dictionary[chunk->content[row]]->type == type) visit(*chunk, j, row);
  }
}

// Those that stand at the cut.
template <class F>  // void(const column_chunk&, const column_chunk::journey_rows&, row)
void each_standing(const column_set& set, const char* type_name, position at, F&& visit) {
  each_of(set, find_type(type_name), [&](const auto& chunk, const auto& journey, auto row) {
    if (chunk.known_from[row] <= at.value && chunk.known_to[row] > at.value)
      visit(chunk, journey, row);
  });
}

std::string_view text_at(const column_set& set, const column_chunk& chunk, std::uint32_t row,
                         std::string_view field) {
  return set.dictionary[chunk.content[row]]->value(field);
}

double decimal_of(std::string_view text) {
  const bool minus = text.starts_with('-');
  double whole = 0, scale = 1;
  bool point = false;
  for (const char c : text.substr(minus ? 1 : 0)) {
    if (c == '.') {
      point = true;
      continue;
    }
    if (c < '0' || c > '9') break;
    whole = whole * 10 + (c - '0');
    if (point) scale *= 10;
  }
  return (minus ? -whole : whole) / scale;
}

std::uint64_t integer_of(std::string_view text) {
  std::uint64_t n = 0;
  for (const char c : text) {
    if (c < '0' || c > '9') return 0;
    n = n * 10 + static_cast<std::uint64_t>(c - '0');
  }
  return n;
}

// What the last handling_changed that stands now says; what cannot be opened may be a restriction.
bool may_be_restricted(const column_set& set, const column_chunk& chunk,
                       const column_chunk::journey_rows& j, const seal_opener& open) {
  static const type_description* const handling = find_type("handling_changed");
  std::optional<std::uint32_t> last;
  for (std::uint32_t row = j.first; row < j.first + j.count; ++row) {
    if (set.dictionary[chunk.content[row]]->type != handling) continue;
    if (chunk.known_to[row] == still_known) last = row;
  }
  if (!last) return false;
  const auto begin = chunk.sealed.begin() + j.first_sealed;
  const auto found = std::find_if(begin, begin + j.sealed_count,
                                  [&](const sealed_value& s) { return s.row == *last - j.first; });
  if (found == begin + j.sealed_count || !open) return true;
  const auto detail = open(j.subject, *found);
  return !detail || detail->find("\"restricted\"") != std::string::npos;
}

// First day behind the period that a calendar row is about; nothing if the key is no period.
std::optional<day> period_end(const std::string& key) {
  if (const auto exact = parse_day(key)) return *exact + 1;
  if (key.size() < 4) return std::nullopt;
  const int year = static_cast<int>(integer_of(key.substr(0, 4)));
  const auto first = [&](unsigned month) { return make_day(year, month, 1); };
  if (key.size() == 4) return period_after(first(1), "year");
  if (key.size() == 7 && key[4] == '-')
    return period_after(first(static_cast<unsigned>(integer_of(key.substr(5)))), "month");
  if (key.size() == 6 && key[4] == 'H')
    return period_after(first(key[5] == '1' ? 1 : 7), "half_year");
  if (key.size() == 6 && key[4] == 'Q')
    return period_after(first(static_cast<unsigned>(key[5] - '1') * 3 + 1), "quarter");
  return std::nullopt;
}
}  // namespace

exclusions exclusions_of(const column_set& set, const seal_opener& open) {
  exclusions e;
  // Journeys come one after the other, so that the last one added is the only one to compare with.
  const auto is_new = [](const std::vector<std::string>& all, const std::string& subject) {
    return is_person(subject) && (all.empty() || all.back() != subject);
  };
  each_of(set, find_type("person_forgotten"), [&](const auto& chunk, const auto& j, auto row) {
    if (is_person(j.subject)) e.erased_until = std::max(e.erased_until, chunk.order[row]);
    if (is_new(e.erased, j.subject)) e.erased.push_back(j.subject);
  });
  each_of(set, find_type("handling_changed"), [&](const auto& chunk, const auto& j, auto) {
    if (is_new(e.restricted, j.subject) && may_be_restricted(set, chunk, j, open))
      e.restricted.push_back(j.subject);
  });
  std::ranges::sort(e.restricted);
  std::ranges::sort(e.erased);
  return e;
}

reference_lists lists_of(const column_set& set, position at, day horizon) {
  reference_lists lists;
  each_standing(
      set, "shortage_occupation_listed", at,
      [&](const column_chunk& chunk, const column_chunk::journey_rows&, std::uint32_t row) {
        const day listed{chunk.valid[row]};
        if (listed > horizon) return;
        const auto from = parse_day(text_at(set, chunk, row, "from"));
        // `until` stands in the row if the rules take it, else among the values.
        auto until = parse_day(text_at(set, chunk, row, "until"));
        if (chunk.until[row] != column_chunk::no_until) until = day{chunk.until[row]};
        lists.shortage[std::string(text_at(set, chunk, row, "ssyk"))].push_back(
            {from.value_or(listed), until ? *until + 1 : open_end});
      });
  return lists;
}

std::vector<published_report> publications_of(const column_set& set, position until,
                                              std::string_view definition) {
  std::vector<std::pair<std::uint64_t, published_report>> found;
  each_standing(
      set, "report_published", until,
      [&](const column_chunk& chunk, const column_chunk::journey_rows&, std::uint32_t row) {
        if (text_at(set, chunk, row, "definition") != definition) return;
        const auto as_of = parse_day(text_at(set, chunk, row, "as_of"));
        const position cut{integer_of(text_at(set, chunk, row, "cut"))};
        if (as_of && cut.value > 0) found.push_back({chunk.order[row], {cut, *as_of}});
      });
  std::ranges::sort(found, {}, [](const auto& f) { return f.first; });
  std::vector<published_report> reports;
  for (const auto& [order, report] : found) reports.push_back(report);
  return reports;
}

std::vector<std::uint64_t> delays_of(const column_set& set, position at, day horizon) {
  std::vector<std::uint64_t> delays;
  for (const auto& chunk : set.chunks) {
    for (std::size_t row = 0; row < chunk->valid.size(); ++row) {
      if (chunk->known_from[row] != chunk->order[row] || chunk->order[row] > at.value) continue;
      if (chunk->flags[row] != 0 || chunk->recorded_day[row] < horizon.count - 365) continue;
      const std::int32_t delay = chunk->recorded_day[row] - chunk->valid[row];
      if (delay < 0) continue;
      const auto days = static_cast<std::size_t>(delay);
      if (days >= delays.size()) delays.resize(days + 1);
      ++delays[days];
    }
  }
  return delays;
}

int usual_delay(const std::vector<std::uint64_t>& delays) {
  std::uint64_t n = 0, below = 0;
  for (const auto events : delays) n += events;
  for (std::size_t days = 0; days < delays.size(); ++days) {
    below += delays[days];
    if (below * 10 >= n * 9) return static_cast<int>(days);
  }
  return 0;
}

void mark_preliminary(result_section& section, int delay_days, day horizon) {
  for (auto& t : section.tables) {
    const bool calendar =
        t.form == table_form::counts || t.form == table_form::stock || t.form == table_form::states;
    if (!calendar || t.columns.size() <= t.by.size()) continue;
    for (auto& row : t.rows) {
      const std::string* key = row[t.by.size()].text();
      const auto end = key != nullptr ? period_end(*key) : std::nullopt;
      if (!end || *end + delay_days <= horizon) continue;
      for (std::size_t c = t.by.size() + 1; c < row.size(); ++c)
        if (!row[c].empty() && t.columns[c].role != column_role::plain)
          row[c].mark = mark::preliminary;
    }
  }
}

void count_units(evaluation_result& r) {
  for (const auto& s : r.sections) {
    for (const auto& t : s.tables) {
      if (t.form != table_form::flow || t.rows.empty()) continue;
      const auto n = t.find_column("n");
      if (const auto* first = t.rows.front()[*n].count()) r.manifest.subjects_in = *first;
      if (const auto* last = t.rows.back()[*n].count()) r.manifest.units_out = *last;
      return;
    }
  }
}

const result_table* headline_of(const result_section& section) {
  constexpr table_form forms[] = {
      table_form::at_times, table_form::proportions, table_form::summary, table_form::funnel,
      table_form::counts,   table_form::stock,       table_form::latency, table_form::durations};
  for (const table_form form : forms)
    for (const auto& t : section.tables)
      if (t.form == form && t.by.empty()) return &t;
  return nullptr;
}

void add_sensitivity(const std::vector<std::pair<std::string, result_section>>& variants,
                     result_section& section) {
  const result_table* const headline = headline_of(section);
  if (headline == nullptr) return;
  result_table t;
  t.id = "sensitivity";
  t.form = table_form::sensitivity;
  t.columns.push_back({"variant", column_role::key, value_form::code, {}});
  t.columns.insert(t.columns.end(), headline->columns.begin(), headline->columns.end());
  t.sums = headline->sums;
  for (const auto& [name, variant] : variants) {
    const result_table* const own = headline_of(variant);
    if (own == nullptr || own->columns.size() != headline->columns.size()) continue;
    for (const auto& values : own->rows) {
      result_row row{text_value(name)};
      row.insert(row.end(), values.begin(), values.end());
      t.rows.push_back(std::move(row));
    }
  }
  section.tables.push_back(std::move(t));
}

namespace {
struct share_row {
  std::string indicator;
  std::vector<std::string> levels;
  std::uint64_t yes = 0, of = 0;
};

// yes and yes + no of each row of a table of proportions by these dimensions.
std::vector<share_row> shares_of(const result_section& section,
                                 const std::vector<std::string>& by) {
  std::vector<share_row> rows;
  for (const auto& t : section.tables) {
    if (t.form != table_form::proportions || t.by != by) continue;
    const auto yes = t.find_column("yes"), no = t.find_column("no");
    for (const auto& values : t.rows) {
      share_row row;
      for (std::size_t i = 0; i < by.size(); ++i) row.levels.push_back(*values[i].text());
      if (const auto* text = values[by.size()].text()) row.indicator = *text;
      row.yes = static_cast<std::uint64_t>(*values[*yes].count());
      row.of = row.yes + static_cast<std::uint64_t>(*values[*no].count());
      rows.push_back(std::move(row));
    }
  }
  return rows;
}

// The strata of one cohort's indicator, weighted as given or by both cohorts together.
std::optional<statistics::standardised> standardised_of(const std::vector<share_row>& own,
                                                        const std::vector<share_row>& other,
                                                        const standardisation& how,
                                                        const std::string& indicator) {
  std::map<std::vector<std::string>, statistics::stratum> strata;
  for (const auto& r : own)
    if (r.indicator == indicator) {
      strata[r.levels].observed = {r.yes, r.of};
      strata[r.levels].standard += static_cast<double>(r.of);
    }
  for (const auto& r : other)
    if (r.indicator == indicator) strata[r.levels].standard += static_cast<double>(r.of);
  if (!how.weights.empty() && how.weights.size() != strata.size()) return std::nullopt;
  std::vector<statistics::stratum> list;
  for (const auto& [levels, s] : strata) {
    list.push_back(s);
    if (!how.weights.empty()) list.back().standard = how.weights[list.size() - 1];
  }
  return statistics::standardise(list);
}

result_table comparison_table(const std::string& name, bool standardised) {
  result_table t;
  t.id = "comparison_" + name;
  t.form = table_form::differences;
  add_key(t, "indicator");
  add_key(t, "level");
  add_key(t, "reference");
  add_difference_columns(t);
  if (standardised)
    for (const char* id : {"standardised", "reference_standardised", "standardised_difference"})
      add_figure(t, id, value_form::share, {"yes", "n", "reference_yes", "reference_n"});
  return t;
}
}  // namespace

void add_comparison(const definition& d, const std::string& name, const result_section& other,
                    result_section& section) {
  result_table t = comparison_table(name, d.standardise.has_value());
  const auto theirs = shares_of(other, {});
  std::vector<std::string> by;
  if (d.standardise)
    for (const auto& dimension : d.standardise->by) by.push_back(label_of(dimension));
  const auto ours_by = shares_of(section, by), theirs_by = shares_of(other, by);
  for (const auto& row : shares_of(section, {})) {
    const auto found = std::ranges::find(theirs, row.indicator, &share_row::indicator);
    if (found == theirs.end()) continue;
    result_row values{text_value(row.indicator), text_value("main"), text_value(name)};
    for (const auto n : {row.yes, row.of, found->yes, found->of}) values.push_back(count_of(n));
    const auto difference =
        statistics::newcombe_difference({row.yes, row.of}, {found->yes, found->of});
    const auto add = [&](bool there, double x) {
      values.push_back(there ? number_value(x) : missing_value(mark::undefined));
    };
    add(difference.has_value(), difference ? difference->estimate : 0);
    add(difference.has_value(), difference ? difference->low : 0);
    add(difference.has_value(), difference ? difference->high : 0);
    if (d.standardise) {
      const auto a = standardised_of(ours_by, theirs_by, *d.standardise, row.indicator);
      const auto b = standardised_of(theirs_by, ours_by, *d.standardise, row.indicator);
      add(a.has_value(), a ? a->rate.estimate : 0);
      add(b.has_value(), b ? b->rate.estimate : 0);
      add(a && b, a && b ? a->rate.estimate - b->rate.estimate : 0);
    }
    t.rows.push_back(std::move(values));
  }
  section.tables.push_back(std::move(t));
}

result_section gap_section(const definition& d, const column_set& set, position at, day horizon) {
  struct figure {
    std::uint64_t order = 0;
    double value = 0;
    std::string vintage;
  };
  std::map<std::string, std::map<std::string, figure>> by_area;  // then by period
  each_standing(
      set, "external_statistic_recorded", at,
      [&](const column_chunk& chunk, const column_chunk::journey_rows&, std::uint32_t row) {
        const auto text = [&](const char* field) {
          return std::string(text_at(set, chunk, row, field));
        };
        if (chunk.valid[row] > horizon.count || text("series") != d.parameters.series) return;
        figure& f = by_area[text("area")][text("period")];
        if (chunk.order[row] < f.order) return;  // a later vintage replaces
        f = {chunk.order[row], decimal_of(text("value")), text("vintage")};
      });
  result_section section;
  section.definition = d.name;
  section.version = d.version;
  section.statistic = name_of(d.statistic);
  section.indicator = d.indicator;
  section.title = d.title;
  section.description = d.description;
  result_table t;
  t.id = "gap";
  t.form = table_form::tally;
  add_key(t, "period");
  add_key(t, "vintage");
  for (const char* id : {"area", "reference", "gap", "target"})
    add_plain(t, id, value_form::number);
  for (const auto& [period, ours] : by_area[d.parameters.area]) {
    const auto& theirs = by_area[d.parameters.reference_area];
    const auto found = theirs.find(period);
    result_row row{text_value(period), text_value(ours.vintage), number_value(ours.value)};
    if (found == theirs.end()) {
      row.push_back(missing_value(mark::undefined));
      row.push_back(missing_value(mark::undefined));
    } else {
      row.push_back(number_value(found->second.value));
      row.push_back(number_value(ours.value - found->second.value));
    }
    row.push_back(d.parameters.target ? number_value(decimal_of(*d.parameters.target))
                                      : missing_value(mark::none));
    t.rows.push_back(std::move(row));
  }
  section.tables.push_back(std::move(t));
  return section;
}

namespace {
struct stated_target {
  std::string name, indicator, period, direction, measure;
  double value = 0;
};

std::vector<stated_target> targets_of(const column_set& set, position at, day horizon) {
  std::map<std::string, stated_target> targets;
  for (const char* type : {"target_set", "target_revised"}) {
    each_standing(
        set, type, at,
        [&](const column_chunk& chunk, const column_chunk::journey_rows& j, std::uint32_t row) {
          if (chunk.valid[row] > horizon.count) return;
          const auto text = [&](const char* field) {
            return std::string(text_at(set, chunk, row, field));
          };
          // The id is local to the programme; its ordinal tells targets apart.
          auto& t = targets[j.subject + "#" + std::to_string(chunk.key[row])];
          if (t.name.empty()) t.name = text("indicator") + " " + text("period");
          const auto put = [](std::string& into, std::string given) {
            if (!given.empty()) into = std::move(given);
          };
          put(t.indicator, text("indicator"));
          put(t.period, text("period"));
          put(t.direction, text("direction"));
          put(t.measure, text("measure"));
          t.value = decimal_of(text("value"));
        });
  }
  std::vector<stated_target> list;
  for (auto& [key, t] : targets) list.push_back(std::move(t));
  return list;
}

// "2017-H1" and "2017H1" are one half-year.
std::string bare(std::string period) {
  std::erase(period, '-');
  return period;
}

// The mean change of an index between waves, over its items that are shown.
result_value index_change(const result_section& section) {
  double sum = 0;
  int n = 0;
  for (const auto& t : section.tables) {
    if (t.id != "items" || !t.by.empty()) continue;
    const auto wave = t.find_column("wave"), mean = t.find_column("mean");
    for (const auto& row : t.rows) {
      if (row[*wave].text() == nullptr || *row[*wave].text() != "change") continue;
      if (const double* x = row[*mean].number()) sum += *x, ++n;
    }
  }
  return n == 0 ? missing_value(mark::undefined) : number_value(sum / n);
}

const result_table* table_with(const result_section& section, table_form form) {
  for (const auto& t : section.tables)
    if (t.form == form && t.by.empty()) return &t;
  return nullptr;
}

// The figure of the target's period where the section counts by period, else its last one.
result_value main_figure(const result_section& section, const std::string& period) {
  const result_table* t = headline_of(section);
  const char* column = "share";
  if (section.statistic == "gap") {
    t = table_with(section, table_form::tally);
    column = "gap";
  } else if (t != nullptr && (t->form == table_form::counts || t->form == table_form::stock)) {
    column = "n";
  }
  const auto at = t == nullptr ? std::nullopt : t->find_column(column);
  if (!at || t->rows.empty()) return missing_value(mark::undefined);
  for (const auto& row : t->rows)
    if (const auto* key = row[0].text(); key != nullptr && bare(*key) == bare(period))
      return row[*at];
  if (t->form == table_form::counts) return missing_value(mark::undefined);
  return t->rows.back()[*at];
}

result_value measured_figure(const result_section& section, const std::string& measure) {
  const result_table* const t = table_with(section, table_form::tally);
  if (t == nullptr) return missing_value(mark::undefined);
  for (const auto& row : t->rows)
    if (*row[0].text() == measure) return row[*t->find_column("value")];
  return missing_value(mark::undefined);
}

result_value reached_of(const std::vector<result_section>& sections, const stated_target& target) {
  for (const auto& section : sections) {
    const auto measure = section.measured.find(target.indicator);
    if (measure != section.measured.end()) return measured_figure(section, measure->second);
    if (section.indicator != target.indicator) continue;
    return target.measure == "index_points" ? index_change(section)
                                            : main_figure(section, target.period);
  }
  return missing_value(mark::undefined);
}
}  // namespace

void add_targets(const column_set& set, position at, day horizon,
                 std::vector<result_section>& sections) {
  result_table t;
  t.id = "targets";
  t.form = table_form::targets;
  add_key(t, "indicator");
  add_key(t, "period");
  add_plain(t, "target", value_form::number);
  add_plain(t, "reached", value_form::number);
  add_plain(t, "met", value_form::code);
  for (const auto& target : targets_of(set, at, horizon)) {
    const result_value reached = reached_of(sections, target);
    std::optional<double> value;
    if (const auto* n = reached.count()) value = static_cast<double>(*n);
    if (const auto* x = reached.number()) value = *x;
    const bool at_most = target.direction == "at_most";
    const std::string met = !value ? "unknown"
                            : (at_most ? *value <= target.value : *value >= target.value)
                                ? "met"
                                : "not_met";
    t.rows.push_back({text_value(target.indicator), text_value(target.period),
                      number_value(target.value), reached, text_value(met)});
  }
  if (t.rows.empty()) return;
  result_section section;
  section.definition = "targets";
  section.statistic = "targets";
  section.title = {"Mål och vad som nåddes", "Targets and what was reached"};
  section.tables.push_back(std::move(t));
  sections.push_back(std::move(section));
}

}  // namespace stegvis
