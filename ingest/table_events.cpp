#include "ingest/table_events.hpp"

#include <algorithm>
#include <unordered_set>

#include "events/json.hpp"
#include "events/types.hpp"
#include "ingest/row_values.hpp"

namespace stegvis {
namespace {
// Hardly ever in a cell; keeps ("a", "bc") and ("ab", "c") apart.
constexpr char part_end = '\x1f';

std::string_view name_of(precision p) {
  switch (p) {
    case precision::day: return "day";
    case precision::month: return "month";
    case precision::year: return "year";
    case precision::exact: break;
  }
  return {};
}

void append_member(std::string& out, std::string_view name, std::string_view value) {
  out += out.size() == 1 ? "\"" : ",\"";
  out += name;
  out += "\":";
  append_json_text(out, value);
}

problem in_mapping(std::string what, std::string key) {
  return {errc::bad_mapping, std::move(what), std::move(key)};
}
}  // namespace

struct table_events::state {
  state(mapping given, const std::vector<std::string>& header, table_events_options o)
      : m(std::move(given)), columns(header), options(std::move(o)) {}

  mapping m;
  column_index columns;
  table_events_options options;
  std::size_t sequence_begin = 0, sequence_end = 0;
  std::vector<cell_time> step_times;  // of the sequence's columns
  std::unordered_set<std::string> registered;

  struct head {  // what an event has besides its data
    std::string_view rule, type, subject;
    bool opening;
  };
  // The events of one row as they grow.
  struct row_events {
    const row_values& values;
    std::string subject;
    std::optional<valid_time> earliest{};
    std::vector<table_event> out{};
  };

  std::optional<problem> lay_out_sequence();
  result<void> add_row(row_events& row);
  result<std::string> subject_of(const row_values& values) const;
  result<void> add_event(const event_rule& rule, row_events& row) const;
  result<void> add_sequence(row_events& row) const;
  result<std::string> state_at(std::size_t column, const row_values& values) const;
  // The person's registration, put in front of the row's other events.
  result<void> add_person(row_events& row);
  std::string event_id(const head& h, const row_events& row) const;
  table_event write(const head& h, const row_events& row, const valid_time& time,
                    std::string_view data) const;
};

std::optional<problem> table_events::state::lay_out_sequence() {
  if (!m.sequence) return std::nullopt;
  sequence_begin = *columns.find(m.sequence->from);
  sequence_end = *columns.find(m.sequence->to) + 1;
  if (sequence_end <= sequence_begin)
    return in_mapping("this column stands before the first one of the sequence", "sequence.to");
  for (std::size_t i = 0; i < sequence_end - sequence_begin; ++i) {
    const auto t = plus(m.sequence->start, static_cast<std::int64_t>(i), m.sequence->step);
    if (!t) return in_mapping("the sequence runs beyond the year 2199", "sequence.start");
    step_times.push_back(*t);
  }
  return std::nullopt;
}

result<table_events> table_events::make(mapping m, const std::vector<std::string>& header,
                                        table_events_options options) {
  STEGVIS_ASSERT(options.event_id && (!m.person || options.person_subject));
  auto s = std::make_unique<state>(std::move(m), header, std::move(options));
  for (const std::string& column : s->m.columns)
    if (!s->columns.find(column))
      return problem{errc::missing_column, "the mapping names it, the header does not", column};
  if (auto bad = s->lay_out_sequence()) return *bad;
  return table_events(std::move(s));
}

// The hash outlives a person who is forgotten, so the random subject stands for the identifier.
std::string table_events::state::event_id(const head& h, const row_events& row) const {
  std::string text = h.opening ? opening_source(m.source) : m.source;
  for (const std::string& column : m.row_key) {
    text += part_end;
    text += m.person && column == m.person->column ? row.subject : row.values.cell(column);
  }
  text += part_end;
  text += part_end;
  text += h.rule;
  return options.event_id(text);
}

table_event table_events::state::write(const head& h, const row_events& row,
                                       const valid_time& time, std::string_view data) const {
  std::string out = "{";
  append_member(out, "specversion", "1.0");
  append_member(out, "id", event_id(h, row));
  append_member(out, "source", h.opening ? opening_source(m.source) : m.source);
  append_member(out, "type", "stegvis." + std::string(h.type));
  append_member(out, "subject", h.subject);
  append_member(out, "time", to_string(time));
  if (time.precision != precision::exact)
    append_member(out, "timeprecision", name_of(time.precision));
  out += ",\"data\":";
  out += data;
  out += '}';
  return {std::move(out), row.values.line()};
}

result<std::string> table_events::state::subject_of(const row_values& values) const {
  if (m.subject) {
    if (auto subject = values.text(*m.subject)) return *subject;
    return values.bad_cell("subject", "a cell that the subject is made of is empty");
  }
  if (!m.person) return std::string();
  const std::string_view identifier = values.cell(m.person->column);
  if (identifier.empty())
    return values.bad_cell(m.person->column, "empty, an identifier is needed");
  auto subject = options.person_subject(m.person->scheme, m.person->issuer, identifier);
  if (subject) return subject;
  problem p = subject.error();
  p.line = values.line();
  p.field = m.person->column;
  return p;
}

result<void> table_events::state::add_event(const event_rule& rule, row_events& row) const {
  if (!row.values.holds(rule.when)) return {};
  std::string subject = row.subject;
  if (rule.subject) {
    auto own = row.values.text(*rule.subject);
    if (!own)
      return row.values.bad_cell(rule.name, "a cell that the rule's subject is made of is empty");
    subject = std::move(*own);
  }
  const auto time = row.values.time(rule.time);
  if (!time) return time.error();
  std::string data;
  const auto done = row.values.append_object(rule.data, data);
  if (!done) return done.error();
  const head h{rule.name, rule.type, subject, rule.opening_balance};
  row.out.push_back(write(h, row, *time, data));
  if (!rule.subject && (!row.earliest || time->utc_us < row.earliest->utc_us)) row.earliest = *time;
  return {};
}

// The state in a column; empty if the cell is and the state before it goes on.
result<std::string> table_events::state::state_at(std::size_t column,
                                                  const row_values& values) const {
  const std::string_view text = values.cell(column);
  if (text.empty()) {
    if (m.sequence->carry_empty || !m.sequence->if_empty.empty()) return m.sequence->if_empty;
    return values.bad_cell(columns.name(column),
                           "empty: declare if_empty or carry_empty for the sequence");
  }
  if (m.sequence->values.empty()) return std::string(text);
  const auto found = m.sequence->values.find(text);
  if (found == m.sequence->values.end())
    return values.bad_cell(columns.name(column), "a value that the map does not list");
  return std::get<std::string>(found->second);
}

result<void> table_events::state::add_sequence(row_events& row) const {
  std::string current;
  for (std::size_t column = sequence_begin; column < sequence_end; ++column) {
    auto next = state_at(column, row.values);
    if (!next) return next.error();
    if (next->empty() || *next == current) continue;
    current = std::move(*next);
    std::string data = "{";
    if (!m.sequence->scheme.empty()) append_member(data, "scheme", m.sequence->scheme);
    append_member(data, "situation", current);
    append_member(data, "source", m.sequence->source);
    data += '}';
    const valid_time time = valid_time_of(step_times[column - sequence_begin]);
    const std::string rule = "sequence:" + columns.name(column);
    const head h{rule, "situation_recorded", row.subject, m.sequence->opening_balance};
    row.out.push_back(write(h, row, time, data));
    if (!row.earliest || time.utc_us < row.earliest->utc_us) row.earliest = time;
  }
  return {};
}

result<void> table_events::state::add_person(row_events& row) {
  if (!m.person || registered.contains(row.subject)) return {};
  std::optional<valid_time> time = row.earliest;
  if (m.person->time) {
    const auto declared = row.values.time(*m.person->time);
    if (!declared) return declared.error();
    time = *declared;
  }
  if (!time) return {};  // a row without events registers nobody
  std::string data;
  const auto done = row.values.append_object(m.person->data, data);
  if (!done) return done.error();
  const bool opening = m.person->opening_balance;
  std::string identifier = "{";
  append_member(identifier, "scheme", m.person->scheme);
  if (!m.person->issuer.empty()) append_member(identifier, "issuer", m.person->issuer);
  append_member(identifier, "identifier", row.values.cell(m.person->column));
  identifier += '}';
  const head registration{"person:registered", "person_registered", row.subject, opening};
  const head number{"person:identifier", "identifier_recorded", row.subject, opening};
  std::vector<table_event> first;
  first.push_back(write(registration, row, *time, data));
  first.push_back(write(number, row, *time, identifier));
  row.out.insert(row.out.begin(), std::make_move_iterator(first.begin()),
                 std::make_move_iterator(first.end()));
  registered.insert(row.subject);
  return {};
}

result<void> table_events::state::add_row(row_events& row) {
  for (const event_rule& rule : m.events)
    if (const auto done = add_event(rule, row); !done) return done.error();
  if (m.sequence)
    if (const auto done = add_sequence(row); !done) return done.error();
  return add_person(row);
}

result<std::vector<table_event>> table_events::read(const table_row& row) {
  STEGVIS_ASSERT(row.cells.size() == state_->columns.size());
  const row_values values(state_->columns, row);
  const bool named = std::ranges::any_of(
      state_->m.row_key, [&](const std::string& column) { return !values.cell(column).empty(); });
  if (!named) return values.bad_cell(state_->m.row_key.front(), "empty, but it names the row");
  auto subject = state_->subject_of(values);
  if (!subject) return subject.error();
  state::row_events events{values, std::move(*subject)};
  if (const auto done = state_->add_row(events); !done) return done.error();
  return std::move(events.out);
}

table_events::table_events(std::unique_ptr<state> s) : state_(std::move(s)) {}
table_events::~table_events() = default;
table_events::table_events(table_events&&) noexcept = default;
table_events& table_events::operator=(table_events&&) noexcept = default;

}  // namespace stegvis
