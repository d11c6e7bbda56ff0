#include "ingest/snapshot.hpp"

#include <functional>

#include "events/catalogue.hpp"

namespace stegvis {
namespace {

// What stands under an original's name: its data in clear and its time, after corrections.
struct standing {
  std::string data;
  valid_time time;
  std::size_t corrections = 0;
  bool voided = false;
};

std::string full_name(const event& by, const std::string& target) {
  return target.find(' ') == std::string::npos ? by.source + ' ' + target : target;
}

std::string clear_data(const event_data& d) {
  std::string out;
  write_fields(d.type(), d.object(), out);
  return out;
}

// `journey` in ledger order, unsealed.
standing standing_of(const event& original, const std::vector<event>& journey) {
  std::unordered_set<std::string> voided;
  for (const event& e : journey)
    if (const auto* v = e.data.get<event_voided>()) voided.insert(full_name(e, v->target));
  standing s{clear_data(original.data), original.time, 0, voided.contains(original.name())};
  for (const event& e : journey) {
    const auto* c = e.data.get<event_corrected>();
    if (c == nullptr || full_name(e, c->target) != original.name()) continue;
    ++s.corrections;
    if (voided.contains(e.name())) continue;
    if (c->data) s.data = clear_data(c->data->data());
    if (c->time) s.time = c->time->value;
  }
  return s;
}

std::string correction(const event& now, const standing& before) {
  std::string out = R"({"specversion":"1.0","source":)";
  append_json_text(out, now.source);
  out += R"(,"id":)";
  append_json_text(out, now.id + "-c" + std::to_string(before.corrections + 1));
  out += R"(,"subject":")" + now.subject + R"(","type":"stegvis.event_corrected","time":")" +
         to_string(now.time) + R"(","timeprecision":"day","data":{"target":)";
  append_json_text(out, now.id);
  if (now.time.utc_us != before.time.utc_us) out += R"(,"time":")" + to_string(now.time) + '"';
  out += R"(,"data":)" + clear_data(now.data) + R"(,"reason":"the sheet changed"}})";
  return out;
}
}  // namespace

result<std::string> snapshot::turn(const std::string& json) {
  thread_local json_parser parser;
  const auto parsed = parse_event(parser, json, {});
  if (!parsed) return json;  // the import refuses it, with its line
  const event& now = parsed->event;
  const auto [row, first] = given_.try_emplace(now.name(), std::hash<std::string>{}(json));
  if (!first) {
    if (row->second == std::hash<std::string>{}(json)) return std::string();
    return problem{errc::id_conflict, "an earlier row of this table gave the event otherwise"};
  }
  sources_.insert(now.source);
  const auto at = ledger_.find(now.source, now.id);
  if (!at) return json;
  auto journey = ledger_.journey(now.subject, {1}, ledger_.head());
  if (!journey) return journey.error();
  const event* original = nullptr;
  for (event& e : *journey) {
    ledger_.unseal(e);
    if (e.position == *at) original = &e;
  }
  if (original == nullptr || original->type().id != now.type().id)
    return problem{errc::bad_target, "the row was another type or subject when it was recorded"};
  const standing before = standing_of(*original, *journey);
  if (before.voided) return std::string();
  const bool same = before.data == clear_data(now.data) && before.time.utc_us == now.time.utc_us;
  if (!same) return correction(now, before);
  return before.corrections == 0 ? json : std::string{};
}

result<std::vector<snapshot::vanished_event>> snapshot::vanished() const {
  std::vector<vanished_event> found;
  std::unordered_set<std::string> voided;
  const auto read = ledger_.scan({1}, ledger_.head(), [&](const event& e) {
    if (const auto* v = e.data.get<event_voided>())
      voided.insert(full_name(e, v->target));
    else if (e.data.get<event_corrected>() == nullptr && sources_.contains(e.source) &&
             !given_.contains(e.name()))
      found.push_back({e.position, e.source, e.id, e.subject});
    return true;
  });
  if (!read) return read.error();
  std::erase_if(found,
                [&](const vanished_event& v) { return voided.contains(v.source + ' ' + v.id); });
  return found;
}

}  // namespace stegvis
