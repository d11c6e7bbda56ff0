// What is done to a person as a whole: two that are one, and one to be forgotten.
#include <CLI/CLI.hpp>
#include <chrono>

#include "api/asked_view.hpp"
#include "api/commands.hpp"
#include "api/json_line.hpp"
#include "events/catalogue.hpp"
#include "events/sha256.hpp"
#include "projections/timeline.hpp"

namespace stegvis {
namespace {

// The source of what the command line itself records.
constexpr std::string_view own_source = "/stegvis/command-line";
constexpr std::size_t short_hash_digits = 32;

std::string hash_text(std::string_view text) {
  return hex(sha256(text)).substr(0, short_hash_digits);
}

valid_time now() {
  const auto since = std::chrono::system_clock::now().time_since_epoch();
  const recorded_time utc{std::chrono::duration_cast<std::chrono::microseconds>(since).count()};
  return parse_valid_time(to_string(utc), precision::exact).value();
}

// Through the same door as every other event, so that nothing unchecked gets in.
struct own_event {
  std::string source, id, subject, type, copiedfrom;
  valid_time time;
  std::string data;  // JSON object
};

result<draft> make_draft(const own_event& e) {
  constexpr std::string_view precisions[] = {"", "day", "month", "year"};
  json_line line;
  line.text("specversion", "1.0").text("id", e.id).text("source", e.source);
  line.text("subject", e.subject).text("type", "stegvis." + e.type).text("time", to_string(e.time));
  if (e.time.precision != precision::exact) {
    line.text("timeprecision", precisions[static_cast<std::size_t>(e.time.precision)]);
  }
  line.raw("data", e.data);
  json_parser parser;
  auto made = parse_event(parser, line.end(), {});
  if (made) made->event.copiedfrom = e.copiedfrom;
  return made;
}

result<void> check_person(const ledger& book, const std::string& subject) {
  if (const auto r = check_subject(book, subject); !r) return r.error();
  if (!is_person(subject)) {
    return problem{errc::wrong_subject, subject + " is not a person"};
  }
  return {};
}

// merge

std::string copied_id(const event& original, position merged_at) {
  const auto suffix = "-m" + std::to_string(merged_at.value);
  if (original.id.size() + suffix.size() <= id_bytes_max) return original.id + suffix;
  return hash_text(original.name()) + suffix;
}

bool is_copied(const timeline_entry& e) {
  return (e.standing == entry_standing::original || e.standing == entry_standing::corrected) &&
         e.what->data.get<persons_merged>() == nullptr;
}

// The journeys of both, readable; nothing may stand in the way of copying one to the other.
class merging {
 public:
  merging(context& c, std::string loser, std::string survivor)
      : c_(c), loser_(std::move(loser)), survivor_(std::move(survivor)) {}

  result<void> read();
  result<std::vector<draft>> drafts() const;
  // The loser's identifiers mean the survivor from now on.
  result<std::uint64_t> link_identifiers() const;

 private:
  context& c_;
  std::string loser_, survivor_;
  std::vector<event> events_;
  std::vector<timeline_entry> entries_;
};

result<void> merging::read() {
  if (loser_ == survivor_) return problem{errc::bad_argument, "a person is not merged with itself"};
  for (const auto& subject : {loser_, survivor_}) {
    if (const auto r = check_person(c_.book(), subject); !r) return r.error();
  }
  if (kind_of(loser_) != kind_of(survivor_)) {
    return problem{errc::wrong_subject, "both must be participants, or both staff"};
  }
  if (const auto keys = c_.book().keys(); !keys) return keys.error();
  for (const auto& subject : {survivor_, loser_}) {
    auto events = c_.book().journey(subject, position{1}, c_.book().head());
    if (!events) return events.error();
    events_ = std::move(*events);
    for (event& e : events_) c_.book().unseal(e);
    entries_ = timeline_of(events_, c_.book().head());
    for (const auto& e : entries_) {
      const auto* merged = e.standing == entry_standing::original
                               ? e.what->data.get<persons_merged>()
                               : nullptr;
      if (merged == nullptr) continue;
      return problem{errc::bad_argument, subject + " is already merged into " + merged->into.value +
                                             " (position " +
                                             std::to_string(e.what->position.value) + ')'};
    }
  }
  return {};
}

result<std::vector<draft>> merging::drafts() const {
  const position merged_at = next(c_.book().head());
  std::vector<draft> batch;
  std::string into = R"({"into":)";
  append_json_text(into, survivor_);
  auto merged = make_draft({std::string(own_source),
                            "merge-" + hash_text(loser_) + "-m" + std::to_string(merged_at.value),
                            loser_, "persons_merged", "", now(), into + '}'});
  if (!merged) return merged.error();
  batch.push_back(std::move(*merged));
  // Recorded again in the order in which they were recorded, which decides ties.
  auto ordered = entries_;
  std::ranges::sort(ordered, {}, [](const auto& e) { return e.what->position; });
  for (const auto& e : ordered) {
    if (!is_copied(e)) continue;
    std::string data;
    write_fields(e.data->type(), e.data->object(), data);
    auto copy = make_draft({e.what->source, copied_id(*e.what, merged_at), survivor_,
                            std::string(e.what->type().name), e.what->name(), e.time, data});
    if (!copy) return copy.error();
    batch.push_back(std::move(*copy));
  }
  return batch;
}

// Text of a field in an event's JSON; empty if it has none.
std::string text_field(const json_value& object, std::string_view name) {
  std::string text;
  object.each_member([&](std::string_view key, const json_value& v) {
    if (key == name && v.type() == json_type::text) text = v.text();
    return key != name;
  });
  return text;
}

result<std::uint64_t> merging::link_identifiers() const {
  const auto keys = c_.book().keys();
  if (!keys) return keys.error();
  json_parser parser;
  std::uint64_t linked = 0;
  for (const auto& e : entries_) {
    if (!is_copied(e) || e.what->data.get<identifier_recorded>() == nullptr) continue;
    std::string data;
    write_fields(e.data->type(), e.data->object(), data);
    const auto fields = parser.parse(data);
    if (!fields) return fields.error();
    const auto scheme = text_field(*fields, "scheme"), issuer = text_field(*fields, "issuer"),
               value = text_field(*fields, "identifier");
    const auto r = (*keys)->link_person({scheme, issuer, value}, survivor_);
    // An identifier that was recorded wrong names nobody.
    if (r) ++linked;
  }
  (*keys)->sync();
  return linked;
}

result<exit_code> merge(context& c, const std::string& loser, const std::string& survivor) {
  const position before = c.book().head();
  merging m(c, loser, survivor);
  if (const auto r = m.read(); !r) return r.error();
  auto batch = m.drafts();
  if (!batch) return batch.error();
  const auto copies = batch->size() - 1;
  const auto answers = c.book().append(std::move(*batch), append_options{});
  if (!answers) return answers.error();
  const auto linked = m.link_identifiers();
  if (!linked) return linked.error();
  const auto first = answers->front().value().position, last = answers->back().value().position;
  if (c.options.json) {
    c.io.out.put(json_line()
                     .text("result", "merged")
                     .text("loser", loser)
                     .text("survivor", survivor)
                     .number("copied", copies)
                     .number("identifiers", *linked)
                     .number("position", first.value)
                     .number("head", last.value)
                     .end());
    return exit_code::done;
  }
  c.io.out.put("merged " + loser + " into " + survivor + ": " + std::to_string(copies) +
               " events recorded again; head " + std::to_string(before.value) + " -> " +
               std::to_string(last.value) + "\n");
  c.say("to undo it, void positions " + std::to_string(first.value) + " to " +
        std::to_string(last.value) + " in one batch");
  return exit_code::done;
}

command_body declare_merge(CLI::App& app, common_options&) {
  struct given {
    std::string loser, survivor;
  };
  const auto o = std::make_shared<given>();
  app.add_option("LOSER", o->loser, "the person recorded twice, whose journey moves")->required();
  app.add_option("SURVIVOR", o->survivor, "the person who keeps both journeys")->required();
  return [o](context& c) { return merge(c, o->loser, o->survivor); };
}

// forget

struct forget_arguments {
  std::string subject, confirm, ground;
};

result<draft> forgetting(const forget_arguments& given) {
  std::string data = "{";
  if (!given.ground.empty()) {
    data += R"("ground":)";
    append_json_text(data, given.ground);
  }
  return make_draft({std::string(own_source), "forget-" + hash_text(given.subject), given.subject,
                     "person_forgotten", "", now(), data + '}'});
}

void tell_forgotten(context& c, const std::string& subject, position before, position after) {
  if (c.options.json) {
    c.io.out.put(json_line()
                     .text("result", "forgotten")
                     .text("subject", subject)
                     .number("position", after.value)
                     .end());
    return;
  }
  c.io.out.put("forgot " + subject + ": its keys and identifiers are destroyed; events, positions "
               "and counts stay; head " + std::to_string(before.value) + " -> " +
               std::to_string(after.value) + "\n");
  c.say("exports of keys and backups of keys/ made before still hold its keys: let them expire");
}

result<exit_code> forget(context& c, const forget_arguments& given) {
  if (given.confirm != given.subject) {
    return problem{errc::not_confirmed, "forgetting cannot be undone"};
  }
  if (const auto r = check_person(c.book(), given.subject); !r) return r.error();
  const position before = c.book().head();
  auto why = forgetting(given);
  if (!why) return why.error();
  const auto answer = c.book().forget(given.subject, std::move(*why));
  if (!answer) return answer.error();
  // Drops the person from the view now, not at the next question.
  if (const auto r = c.owned->view_at(answer->position); !r) return r.error();
  tell_forgotten(c, given.subject, before, answer->position);
  return exit_code::done;
}

command_body declare_forget(CLI::App& app, common_options&) {
  const auto o = std::make_shared<forget_arguments>();
  app.add_option("SUBJECT", o->subject, "the person")->required();
  app.add_option("--confirm", o->confirm, "the subject once more");
  app.add_option("--ground", o->ground, "why, recorded in clear: nothing personal");
  return [o](context& c) { return forget(c, *o); };
}

}  // namespace

const command merge_command{
    "merge", "two persons are one: record the one's events again under the other",
    "stegvis merge sample participant/p-2 participant/p-1", ledger_need::open, true, false,
    declare_merge};
const command forget_command{
    "forget", "destroy a person's keys, for good",
    "stegvis forget sample participant/p-1 --confirm=participant/p-1 --ground \"retention rule 3\"",
    ledger_need::open, true, false, declare_forget};

}  // namespace stegvis
