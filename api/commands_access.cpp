// Who has read of whom.
#include <sys/random.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <iterator>

#include "api/access_export.hpp"
#include "api/commands.hpp"
#include "api/text_table.hpp"
#include "api/view_options.hpp"
#include "events/catalogue.hpp"
#include "events/sha256.hpp"

namespace stegvis {
namespace {

struct access_arguments {
  std::string person, action, month, seed, unit, csv;
  std::size_t limit = 1'000, sample = 0;
};

constexpr std::size_t seed_bytes = 8;

std::string fresh_seed() {
  std::array<std::uint8_t, seed_bytes> bytes{};
  if (::getrandom(bytes.data(), bytes.size(), 0) != static_cast<ssize_t>(bytes.size())) {
    throw world_error("no random numbers");
  }
  return hex(bytes);
}

// When, who, in which role, what, about whom, why.
std::vector<std::string> row_of(const context& c, const event& e) {
  const auto row = [&](const auto& v, std::string action, std::string about) {
    return std::vector<std::string>{to_string(e.recorded), v.user,           v.role.value_or(""),
                                    std::move(action),     std::move(about), purpose_of(e)};
  };
  const auto persons = [&](std::int64_t n) {
    return std::to_string(n) + (c.swedish() ? " personer" : " persons");
  };
  if (const auto* v = e.data.get<record_viewed>())
    return row(*v, v->action.value_or(""), e.subject);
  if (const auto* v = e.data.get<break_glass_used>())
    return row(*v, v->action.value_or(""), e.subject);
  if (const auto* v = e.data.get<persons_listed>())
    return row(*v, v->action.value_or(""), persons(v->count));
  if (const auto* v = e.data.get<access_exported>())
    return row(*v, std::string(e.type().name), std::to_string(v->count.value_or(0)));
  return {};
}

void print_table(context& c, const std::vector<event>& reads) {
  text_table table(words(c, {"när", "vem", "roll", "vad", "om", "varför"},
                         {"when", "who", "role", "what", "about", "why"}));
  for (const event& e : reads) {
    if (auto row = row_of(c, e); !row.empty()) table.add(std::move(row));
  }
  table.print(c.io);
}

result<std::vector<event>> drawn(context& c, const access_log& log, const access_arguments& given) {
  const auto month = month_in_stockholm(given.month);
  if (!month) return month.error();
  const auto seed = given.seed.empty() ? fresh_seed() : given.seed;
  // Whoever keeps the seed with the protocol can draw the same ones again.
  c.say("seed " + seed);
  return log.sample({month->first, month->second, given.sample, seed, given.unit});
}

result<std::vector<event>> newest(const access_log& log, const access_arguments& given) {
  std::vector<event> reads;
  access_query q;
  q.subject = given.person;
  q.action = given.action;
  do {
    q.limit = given.limit - reads.size();
    auto page = log.page(q);
    if (!page) return page.error();
    std::ranges::move(page->reads, std::back_inserter(reads));
    q.before = page->before;
  } while (q.before.value > 0 && reads.size() < given.limit);
  return reads;
}

result<exit_code> access(context& c, const access_arguments& given) {
  const auto log = c.owned->access();
  if (!log) return log.error();
  const auto found = given.sample > 0 ? drawn(c, **log, given) : newest(**log, given);
  if (!found) return found.error();
  if (!given.csv.empty()) {
    c.io.out.put(access_csv(
        *found, given.csv == "excel" ? csv_dialect::swedish_excel : csv_dialect::rfc4180));
  } else if (c.options.json) {
    for (const event& e : *found) c.io.out.put(access_json(e) + '\n');
  } else {
    print_table(c, *found);
  }
  return exit_code::done;
}

command_body declare_access(CLI::App& app, common_options&) {
  const auto o = std::make_shared<access_arguments>();
  app.add_option("--person", o->person, "only reads of this person")->type_name("SUBJECT");
  app.add_option("--action", o->action, "only these, such as break_glass")->type_name("NAME");
  app.add_option("--limit", o->limit, "the newest so many")->type_name("N");
  app.add_option("--csv", o->csv, "as a table: rfc4180, or excel as a Swedish Excel opens it")
      ->check(CLI::IsMember({"rfc4180", "excel"}))
      ->type_name("DIALECT");
  auto* const sample = app.add_option("--sample", o->sample, "so many of a month, drawn by chance")
                           ->check(CLI::Range(1U, 100'000U))
                           ->type_name("N");
  auto* const month = app.add_option("--month", o->month, "the month, in Stockholm")
                          ->needs(sample)
                          ->type_name("YYYY-MM");
  sample->needs(month);
  app.add_option("--seed", o->seed, "draws the same ones again; else a new one, which is told")
      ->needs(sample)
      ->type_name("TEXT");
  app.add_option("--unit", o->unit, "only reads by this unit")->needs(sample)->type_name("UNIT");
  return [o](context& c) { return access(c, *o); };
}

reading own_reading(std::string_view action) {
  reading r;
  r.user = own_account();
  r.action = action;
  return r;
}

}  // namespace

result<void> record_read(context& c, std::string_view action, const std::string& subject) {
  if (!is_person(subject)) return {};
  const auto log = c.owned->access();
  if (!log) return problem{errc::access_unrecorded, "the access log cannot be opened"};
  const std::string one[] = {subject};
  return (*log)->record(own_reading(action), one);
}

result<void> record_list(context& c, std::string_view action, const listing& shown) {
  if (shown.subjects.empty()) return {};
  const auto log = c.owned->access();
  if (!log) return problem{errc::access_unrecorded, "the access log cannot be opened"};
  return (*log)->record_list(own_reading(action), shown);
}

const command access_command{
    "access",
    "who has read of whom, newest first, or a sample of a month",
    "stegvis access sample\nstegvis access sample --person participant/p-000017 --json\n"
    "stegvis access sample --sample 20 --month 2026-10 --csv excel",
    ledger_need::open,
    true,
    false,
    declare_access};

}  // namespace stegvis
