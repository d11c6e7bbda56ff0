#include "api/journey_json.hpp"

#include "api/json_line.hpp"

namespace stegvis {
namespace {
std::string_view precision_name(precision p) {
  constexpr std::string_view names[] = {"", "day", "month", "year"};
  return names[static_cast<std::size_t>(p)];
}

std::string sequence_text(position at) {
  std::string text;
  append_padded(text, at.value, 19);
  return text;
}

bool has_changed(const timeline_entry& e) {
  return e.data != &e.what->data || !(e.time == e.what->time);
}

std::string date_or_empty(std::optional<day> d) {
  return d ? to_string(*d) : std::string();
}

std::string end_text(day to) {
  return to == open_end ? std::string() : to_string(to);
}
}  // namespace

std::string data_json(const event_data& data) {
  std::string json;
  write_fields(data.type(), data.object(), json);
  return json;
}

std::string entry_json(const timeline_entry& e) {
  json_line line;
  line.text("subject", e.what->subject)
      .text("type", type_name(e.what->type()))
      .text("time", to_string(e.time))
      .text_or_null("timeprecision", precision_name(e.time.precision))
      .text("recordedtime", to_string(e.what->recorded))
      .text("sequence", sequence_text(e.what->position))
      .text("source", e.what->source)
      .text("id", e.what->id)
      .text("standing", name_of(e.standing));
  if (e.changed_by.value > 0) line.text("changed_by", sequence_text(e.changed_by));
  if (!e.what->copiedfrom.empty()) line.text("copiedfrom", e.what->copiedfrom);
  line.raw("data", data_json(*e.data));
  if (has_changed(e)) {
    const auto before = json_line()
                            .text("time", to_string(e.what->time))
                            .raw("data", data_json(e.what->data))
                            .object();
    line.raw("original", before);
  }
  return line.object();
}

std::string episode_json(const std::string& subject, const asked_view& asked, const episode& e) {
  return json_line()
      .text("subject", subject)
      .text("kind", name_of(e.kind))
      .text_or_null("id", e.id)
      .text_or_null("enrolment", e.enrolment)
      .text_or_null("detail", e.detail)
      .text_or_null("unit", e.unit)
      .text("from", to_string(e.from))
      .text_or_null("to", end_text(e.to))
      .text("ended_by", name_of(e.ended_by))
      .flag("running", e.on(asked.as_of))
      .flag("overdue", e.overdue(asked.as_of))
      .flag("subsidised", e.subsidised)
      .flag("reserved", e.reserved)
      .text_or_null("planned_end", date_or_empty(e.planned_end))
      .text_or_null("confirmed_until", date_or_empty(e.confirmed_until))
      .number("position", asked.known.at.value)
      .object();
}

std::string situation_json(const std::string& subject, const asked_view& asked,
                           const situation_episode& e) {
  return json_line()
      .text("subject", subject)
      .text("kind", "situation")
      .text("value", e.value)
      .text_or_null("scheme", e.scheme)
      .text_or_null("source", name_of(e.source))
      .text("from", to_string(e.from))
      .text_or_null("to", end_text(e.to))
      .flag("running", e.from <= asked.as_of && asked.as_of < e.to)
      .text("confirmed", to_string(e.confirmed))
      .number("position", asked.known.at.value)
      .object();
}

std::string finding_json(const finding& f) {
  json_line line;
  line.text("rule", code_of(f.rule))
      .text("name", name_of(f.rule))
      .text("subject", f.subject)
      .number("at", f.at.value);
  if (f.other.value > 0) line.number("other", f.other.value);
  return line.text("day", to_string(f.on)).text_or_null("detail", f.detail).object();
}

}  // namespace stegvis
