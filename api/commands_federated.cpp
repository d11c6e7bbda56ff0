// Evaluations over several ledgers: a masked partial of each, and their merging.
#include <CLI/CLI.hpp>
#include <fstream>
#include <iterator>

#include "api/commands.hpp"
#include "api/evaluation_output.hpp"
#include "api/own_event.hpp"
#include "projections/evaluations/claimed_runs.hpp"
#include "projections/evaluations/federated.hpp"

namespace stegvis {
namespace {
constexpr std::uintmax_t partial_bytes_max = 64 << 20;

result<std::string> read_whole(const std::filesystem::path& file) {
  std::error_code failed;
  const auto size = std::filesystem::file_size(file, failed);
  if (failed || size > partial_bytes_max)
    return problem{errc::bad_file, "cannot read " + file.string()};
  std::ifstream in(file, std::ios::binary);
  std::string text{std::istreambuf_iterator<char>(in), {}};
  if (!in) return problem{errc::bad_file, "cannot read " + file.string()};
  return text;
}

// Each person whose data go out in clear counts is told so in their journey.
result<void> record_disclosure(context& c, const partial_file& file,
                               const std::vector<std::string>& subjects) {
  std::string recipient;
  for (const auto& p : file.participants)
    if (p.name != file.name) recipient += (recipient.empty() ? "" : ", ") + p.name;
  std::string data = R"({"fields":["counts"],"ground":)";
  append_json_text(data, "federated evaluation, run " + file.run);
  data += R"(,"recipient":)";
  append_json_text(data, recipient);
  data += '}';
  std::vector<draft> drafts;
  const auto append = [&]() -> result<void> {
    const auto done = c.book().append(std::exchange(drafts, {}), {});
    if (!done) return done.error();
    return {};
  };
  for (const auto& subject : subjects) {
    auto d = make_draft({std::string(own_source),
                         "disclosure-" + hash_text(file.run + file.definition_hash + subject),
                         subject, "disclosure_made", "", now(), data});
    if (!d) return d.error();
    drafts.push_back(std::move(*d));
    if (drafts.size() == batch_events_max / 10)
      if (const auto r = append(); !r) return r;
  }
  return drafts.empty() ? result<void>{} : append();
}

struct merge_arguments {
  std::vector<std::string> files;
  std::string out;
  bool unsuppressed = false;
};

result<exit_code> merge_partials(context& c, const merge_arguments& given) {
  std::vector<partial_file> partials;
  for (const auto& file : given.files) {
    const auto text = read_whole(c.path(file));
    if (!text) return text.error();
    auto p = partial_from_json(*text, file);
    if (!p) return p.error();
    partials.push_back(std::move(*p));
  }
  const auto merged = merge(partials);
  if (!merged) return merged.error();
  auto r = finish_merged(*merged, !given.unsuppressed);
  if (!r) return r.error();
  return show_result(c, std::move(*r), given.out);
}

command_body declare_merge(CLI::App& app, common_options&) {
  const auto o = std::make_shared<merge_arguments>();
  app.add_option("FILE", o->files, "the partials of all ledgers of the run")->required();
  app.add_option("-o,--out", o->out, "folder for report.html, result.json and CSV tables");
  app.add_flag("--unsuppressed", o->unsuppressed,
               "the named role only: no disclosure control, and the report says so");
  return [o](context& c) { return merge_partials(c, *o); };
}

}  // namespace

result<exit_code> write_partial(context& c, const partial_arguments& given, const definition& d,
                                const evaluation_facts& facts, const evaluation_question& q) {
  const auto text = read_whole(c.path(given.with));
  if (!text) return text.error();
  const auto with = read_participants(*text, given.with);
  if (!with) return with.error();
  const auto keys = c.book().keys();
  if (!keys) return keys.error();
  auto file = exact_partial(d, facts, q, *with);
  if (!file) return file.error();
  if (given.exact) {
    const auto own = (*keys)->public_key();
    for (const auto& p : with->ledgers)
      if (p.key == own) file->name = p.name;
    if (const auto r = check_partial(*file); !r) return r.error();
    const auto recorded = record_disclosure(c, *file, subjects_counted(d, facts, q));
    if (!recorded) return recorded.error();
  } else {
    file = mask_once(c.book().folder(), *file, **keys);
    if (!file) return file.error();
  }
  write_file(c.path(given.file), to_json(*file) + "\n");
  c.say(given.exact ? "wrote exact counts, personal data, to " + given.file
                    : "wrote " + given.file +
                          "; next: stegvis evaluate merge, with the partials of " + "all ledgers");
  return exit_code::done;
}

const command evaluate_merge_command{
    "evaluate merge",
    "finish the partials of several ledgers as one result",
    "stegvis evaluate merge lund.partial landskrona.partial --out report",
    ledger_need::none,
    false,
    false,
    declare_merge};

}  // namespace stegvis
