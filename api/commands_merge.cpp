// Two persons are one.
#include <CLI/CLI.hpp>
#include <set>

#include "api/commands.hpp"
#include "api/json_line.hpp"
#include "api/own_event.hpp"
#include "api/view_options.hpp"
#include "events/catalogue.hpp"
#include "projections/timeline.hpp"

namespace stegvis {
namespace {

std::string copied_id(const event& original, const std::string& suffix) {
  if (original.id.size() + suffix.size() <= id_bytes_max) return original.id + suffix;
  return hash_text(original.name()) + suffix;
}

std::string with_suffix(std::string_view id, const std::string& suffix) {
  if (id.size() + suffix.size() <= id_bytes_max) return std::string(id) + suffix;
  return hash_text(id) + suffix;
}

// A merge that others append beside is read anew so often.
constexpr int attempts_max = 20;

// The fields that pair events, and the family of ids each belongs to.
struct pairing_field {
  std::string_view field, family;
};
constexpr pairing_field pairing_fields[] = {
    {"activity", "activity"},   {"assessment", "assessment"}, {"enrolment", "enrolment"},
    {"intake", "intake"},       {"job_track", "job_track"},   {"match", "match"},
    {"placement", "placement"}, {"previous", "placement"},    {"step_run", "step_run"},
    {"support", "support"}};
// What a follow-up or a deferral is about: the id of any family.
constexpr std::string_view anchor_field = "anchor";

// "family id"
using pairing_ids = std::set<std::string, std::less<>>;

std::string pairing_id(std::string_view field, std::string_view id) {
  const auto it = std::ranges::find(pairing_fields, field, &pairing_field::field);
  return it == std::end(pairing_fields) ? std::string()
                                        : std::string(it->family) + ' ' + std::string(id);
}

std::string json_of(const event_data& data) {
  std::string json;
  write_fields(data.type(), data.object(), json);
  return json;
}

void collect_pairing_ids(json_parser& parser, const event_data& data, pairing_ids& into) {
  const auto json = json_of(data);
  const auto document = parser.parse(json);
  if (!document) return;
  document->each_member([&](std::string_view key, const json_value& v) {
    if (v.type() != json_type::text) return true;
    auto id = pairing_id(key, v.text());
    if (!id.empty()) into.insert(std::move(id));
    return true;
  });
}

bool is_clashing(const pairing_ids& clashing, std::string_view field, std::string_view id) {
  if (field != anchor_field) return clashing.contains(pairing_id(field, id));
  return std::ranges::any_of(pairing_fields, [&](const pairing_field& p) {
    return clashing.contains(pairing_id(p.field, id));
  });
}

// The fields whose key is lost, as they read after unseal().
std::set<std::string_view> lost_fields(const event_data& data) {
  std::set<std::string_view> lost;
  for (const field& f : data.type().fields) {
    // Only looks: the operation gives a pointer to change for unseal().
    const auto* s = f.operations->secret_of(const_cast<void*>(f.in(data.object())));
    if (s != nullptr && s->bytes == R"("erased")") lost.insert(f.name);
  }
  return lost;
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
  result<std::vector<draft>> drafts();
  // What was read of both journeys.
  std::vector<expected_version> versions() const { return versions_; }
  // Events that are not copied, because a field they cannot be without is erased.
  std::size_t left_out() const { return left_out_; }
  // The loser's identifiers mean the survivor from now on.
  result<std::uint64_t> link_identifiers() const;

 private:
  context& c_;
  std::string loser_, survivor_;
  std::string copied_data(json_parser&, const event_data&, const std::set<std::string_view>& lost,
                          const std::string& suffix) const;

  std::vector<event> events_;
  std::vector<timeline_entry> entries_;
  std::vector<expected_version> versions_;
  pairing_ids clashing_;  // of both
  std::size_t left_out_ = 0;
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
  json_parser parser;
  pairing_ids survivors, losers;
  for (const auto& subject : {survivor_, loser_}) {
    auto events = c_.book().journey(subject, position{1}, c_.book().head());
    if (!events) return events.error();
    events_ = std::move(*events);
    versions_.push_back({subject, {events_.size()}});
    for (event& e : events_) c_.book().unseal(e);
    entries_ = timeline_of(events_, c_.book().head());
    for (const auto& e : entries_) {
      if (is_copied(e)) {
        collect_pairing_ids(parser, *e.data, subject == loser_ ? losers : survivors);
      }
      const auto* merged =
          e.standing == entry_standing::original ? e.what->data.get<persons_merged>() : nullptr;
      if (merged == nullptr) continue;
      return problem{errc::bad_argument, subject + " is already merged into " + merged->into.value +
                                             " (position " +
                                             std::to_string(e.what->position.value) + ')'};
    }
  }
  std::ranges::set_intersection(survivors, losers, std::inserter(clashing_, clashing_.end()));
  return {};
}

// Ids that both use get the suffix, so that the one's episodes stay apart from the other's.
std::string merging::copied_data(json_parser& parser, const event_data& data,
                                 const std::set<std::string_view>& lost,
                                 const std::string& suffix) const {
  const auto json = json_of(data);
  const auto document = parser.parse(json);
  STEGVIS_ASSERT(document.has_value());
  std::string copy = "{";
  document->each_member([&](std::string_view key, const json_value& v) {
    if (lost.contains(key)) return true;
    if (copy.size() > 1) copy += ',';
    append_json_text(copy, key);
    copy += ':';
    if (v.type() == json_type::text && is_clashing(clashing_, key, v.text())) {
      append_json_text(copy, with_suffix(v.text(), suffix));
    } else {
      copy += v.minified();
    }
    return true;
  });
  return copy + '}';
}

result<std::vector<draft>> merging::drafts() {
  const position merged_at = next(c_.book().head());
  const auto suffix = "-m" + std::to_string(merged_at.value);
  std::vector<draft> batch;
  std::string into = R"({"into":)";
  append_json_text(into, survivor_);
  auto merged = make_draft({std::string(own_source), "merge-" + hash_text(loser_) + suffix, loser_,
                            "persons_merged", "", now(), into + '}'});
  if (!merged) return merged.error();
  batch.push_back(std::move(*merged));
  // Recorded again in the order in which they were recorded, which decides ties.
  auto ordered = entries_;
  std::ranges::sort(ordered, {}, [](const auto& e) { return e.what->position; });
  json_parser parser;
  for (const auto& e : ordered) {
    if (!is_copied(e)) continue;
    const auto lost = lost_fields(*e.data);
    auto copy = make_draft({e.what->source, copied_id(*e.what, suffix), survivor_,
                            std::string(e.what->type().name), e.what->name(), e.time,
                            copied_data(parser, *e.data, lost, suffix)});
    if (!copy && !lost.empty()) {
      ++left_out_;
      continue;
    }
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
    const auto data = json_of(*e.data);
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

struct merged_persons {
  std::size_t copies = 0, left_out = 0;
  std::uint64_t linked = 0;  // identifiers
  position first, last;      // of the batch
};

// version_conflict: somebody appended to one of the journeys between reading and writing.
result<merged_persons> merge_once(context& c, const std::string& loser,
                                  const std::string& survivor) {
  merging m(c, loser, survivor);
  if (const auto r = m.read(); !r) return r.error();
  auto batch = m.drafts();
  if (!batch) return batch.error();
  merged_persons done;
  done.copies = batch->size() - 1;
  done.left_out = m.left_out();
  append_options guarded;
  guarded.expected = m.versions();
  const auto answers = c.book().append(std::move(*batch), guarded);
  if (!answers) return answers.error();
  const auto linked = m.link_identifiers();
  if (!linked) return linked.error();
  done.linked = *linked;
  done.first = answers->front().value().position;
  done.last = answers->back().value().position;
  return done;
}

exit_code tell_merged(context& c, const std::string& loser, const std::string& survivor,
                      position before, const merged_persons& m) {
  if (c.options.json) {
    c.io.out.put(json_line()
                     .text("result", "merged")
                     .text("loser", loser)
                     .text("survivor", survivor)
                     .number("copied", m.copies)
                     .number("left_out", m.left_out)
                     .number("identifiers", m.linked)
                     .number("position", m.first.value)
                     .number("head", m.last.value)
                     .end());
    return exit_code::done;
  }
  c.io.out.put("merged " + loser + " into " + survivor + ": " + std::to_string(m.copies) +
               " events recorded again; head " + std::to_string(before.value) + " -> " +
               std::to_string(m.last.value) + "\n");
  if (m.left_out > 0) {
    c.say(std::to_string(m.left_out) + " events are not copied: their keys are lost");
  }
  c.say("to undo it, void positions " + std::to_string(m.first.value) + " to " +
        std::to_string(m.last.value) + " in one batch");
  return exit_code::done;
}

result<exit_code> merge(context& c, const std::string& loser, const std::string& survivor) {
  const position before = c.book().head();
  for (int attempt = 1;; ++attempt) {
    const auto done = merge_once(c, loser, survivor);
    if (done) return tell_merged(c, loser, survivor, before, *done);
    // An event that came for one of them meanwhile is part of what is merged.
    if (done.error().code != errc::version_conflict || attempt == attempts_max) return done.error();
  }
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

}  // namespace

const command merge_command{"merge",
                            "two persons are one: record the one's events again under the other",
                            "stegvis merge sample participant/p-2 participant/p-1",
                            ledger_need::open,
                            true,
                            false,
                            declare_merge};

}  // namespace stegvis
