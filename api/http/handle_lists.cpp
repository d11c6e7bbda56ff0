// Lists over everybody: what should be looked at, and what is odd.
#include <algorithm>

#include "api/http/handlers.hpp"
#include "api/http/lists.hpp"
#include "api/journey_json.hpp"
#include "api/json_line.hpp"
#include "events/catalogue.hpp"

namespace stegvis::http {
namespace {

struct list_names {
  std::string_view member, action;
};

// A page of the rows behind the cursor, by key.
result<response> page_of(call& c, const asked_view& asked, std::vector<list_row> rows,
                         const list_names& names) {
  std::ranges::sort(rows, {}, &list_row::key);
  list_end end{rows.size(), {}};
  const auto after = c.after();
  if (!after) return after.error();
  std::erase_if(rows, [&](const list_row& r) { return r.key <= *after; });
  if (rows.size() > c.limit()) {
    rows.resize(c.limit());
    end.last_key = rows.back().key;
  }
  std::set<std::string> read;
  for (const auto& r : rows) {
    if (is_person(r.subject)) read.insert(r.subject);
  }
  const std::vector<std::string> subjects(read.begin(), read.end());
  if (const auto r = c.record(names.action, subjects); !r) return r.error();
  std::string list = "[";
  for (const auto& r : rows) list += (list.size() > 1 ? "," : "") + r.json;
  return page_response(c, asked, json_line().raw(names.member, list + ']'), end);
}

std::string item_json(const worklist_item& i, const std::string& subject, day on) {
  return json_line()
      .text("list", code_of_list(i.list))
      .text("subject", subject)
      .text_or_null("anchor", i.anchor)
      .text_or_null("detail", i.detail)
      .text("since", to_string(i.since))
      .text("due", to_string(i.due))
      .flag("overdue", i.due < on)
      .text("cleared_by", name_of(i.cleared_by))
      .text_or_null("caseworker", i.caseworker)
      .object();
}

std::optional<worklist_kind> find_list(std::string_view name) {
  const auto codes = codes_of<worklist_kind>();
  const auto found = std::ranges::find(codes, name);
  if (found == codes.end()) return std::nullopt;
  return static_cast<worklist_kind>(found - codes.begin());
}

bool is_mine(const call& c, const worklist_item& i) {
  const auto wanted = c.query("caseworker");
  return wanted.empty() || i.caseworker == wanted;
}

}  // namespace

result<void> each_history(
    call& c, const asked_view& asked,
    const std::function<void(const std::string& subject, const history&)>& visit) {
  const auto eyes = sight::make(c.s, c.who(), c.how_far);
  if (!eyes) return eyes.error();
  const auto folded = c.s.owned().view_at(c.book().head());
  if (!folded) return folded.error();
  (*folded)->each("participant/", [&](std::string_view subject, const journey& j) {
    if (!eyes->sees(subject, j)) return true;
    const history h = history_of(j, asked.known);
    if (h.known_subject) visit(std::string(subject), h);
    return true;
  });
  return {};
}

result<reference_view> references_at(call& c, const asked_view& asked) {
  const auto facts = c.s.owned().references(asked.known.at);
  if (!facts) return facts.error();
  return reference_at(*facts, asked.known.at);
}

result<response> get_worklists(call& c) {
  const auto asked = c.asked();
  if (!asked) return asked.error();
  const auto references = references_at(c, *asked);
  if (!references) return references.error();
  struct counted {
    std::size_t items = 0, overdue = 0;
  };
  std::vector<counted> counts(codes_of<worklist_kind>().size());
  const auto read = each_history(c, *asked, [&](const std::string&, const history& h) {
    for (const auto& i : worklists_of(h, *references, asked->as_of)) {
      if (!is_mine(c, i)) continue;
      auto& n = counts[static_cast<std::size_t>(i.list)];
      ++n.items;
      n.overdue += i.due < asked->as_of ? 1 : 0;
    }
  });
  if (!read) return read.error();
  std::string body = "{\"worklists\":[";
  for (std::size_t i = 0; i < counts.size(); ++i) {
    const auto list = static_cast<worklist_kind>(i);
    body += (i == 0 ? "" : ",") + json_line()
                                      .text("list", code_of_list(list))
                                      .text("label_sv", label_sv(list))
                                      .text("label_en", label_en(list))
                                      .number("count", counts[i].items)
                                      .number("overdue", counts[i].overdue)
                                      .object();
  }
  return view_response(c, *asked, body + "]}\n");
}

result<response> get_worklist(call& c) {
  const auto list = find_list(c.path("name"));
  if (!list) return problem{errc::no_route, "there is no such worklist"};
  const auto asked = c.asked();
  if (!asked) return asked.error();
  const auto references = references_at(c, *asked);
  if (!references) return references.error();
  std::vector<list_row> rows;
  const auto read = each_history(c, *asked, [&](const std::string& subject, const history& h) {
    for (const auto& i : worklists_of(h, *references, asked->as_of)) {
      if (i.list != *list || !is_mine(c, i)) continue;
      rows.push_back({to_string(i.due) + '|' + subject + '|' + i.anchor + '|' + i.detail, subject,
                      item_json(i, subject, asked->as_of)});
    }
  });
  if (!read) return read.error();
  return page_of(c, *asked, std::move(rows), {"items", "worklist"});
}

result<response> get_quality(call& c) {
  const auto asked = c.asked();
  if (!asked) return asked.error();
  const auto references = references_at(c, *asked);
  if (!references) return references.error();
  std::vector<list_row> rows;
  std::optional<problem> wrong;
  const auto add = [&](finding f) {
    const auto rule = c.query("rule");
    if (!rule.empty() && code_of(f.rule) != rule && name_of(f.rule) != rule) return;
    const auto subject = f.subject;
    if (is_person(subject)) {
      auto name = c.shown_name(subject);
      if (!name) {
        wrong = name.error();
        return;
      }
      f.subject = std::move(*name);
    }
    std::string key = std::string(code_of(f.rule)) + '|' + f.subject + '|';
    append_padded(key, f.at.value, 19);
    append_padded(key += '|', f.other.value, 19);
    rows.push_back({key + '|' + to_string(f.on) + '|' + f.detail, subject, finding_json(f)});
  };
  const auto read = each_history(c, *asked, [&](const std::string& subject, const history& h) {
    for (auto& f : quality_of(h, subject, *references, asked->as_of)) add(std::move(f));
  });
  if (!read) return read.error();
  if (c.how_far == reach::all) {
    for (auto& f : quality_of(*references, asked->as_of)) add(std::move(f));
  }
  if (wrong) return *wrong;
  return page_of(c, *asked, std::move(rows), {"findings", "quality"});
}

}  // namespace stegvis::http
