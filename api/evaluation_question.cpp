#include "api/evaluation_question.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <fstream>
#include <iterator>

#include "api/view_options.hpp"
#include "projections/evaluations/result_json.hpp"

namespace stegvis {
namespace {
constexpr std::uintmax_t definition_bytes_max = 1 << 20;

result<std::string> read_definition_file(const std::filesystem::path& file) {
  std::error_code none;
  if (std::filesystem::file_size(file, none) > definition_bytes_max || none)
    return problem{errc::bad_file, "cannot read the definition " + file.string()};
  std::ifstream in(file, std::ios::binary);
  std::string text{std::istreambuf_iterator<char>(in), {}};
  if (!in) return problem{errc::bad_file, "cannot read the definition " + file.string()};
  return text;
}

bool is_file_name(const std::string& text) {
  return text.find('/') != text.npos || text.find('.') != text.npos;
}
}  // namespace

void declare_question(CLI::App& app, question_arguments& into) {
  declare_view_options(app, into.asked);
  app.add_option("--reports-until", into.reports_until,
                 "compare with reports published up to here; else up to the head");
}

result<evaluation_question> question_of(context& c, const question_arguments& given) {
  const auto asked = resolve_view(c, given.asked);
  if (!asked) return asked.error();
  evaluation_question q;
  q.cut = asked->known.at;
  if (q.cut.value == 0) return problem{errc::bad_cut, "no event is known at the cut"};
  q.as_of = std::min(asked->as_of, asked->known.cut_day);
  q.stop = c.stop;
  q.reports_until = c.book().head();
  if (!given.reports_until.empty()) {
    const auto until = c.book().resolve_cut(given.reports_until);
    if (!until) return until.error();
    q.reports_until = *until;
  }
  return q;
}

result<definition> find_definition(context& c, const std::string& name_or_file) {
  if (!is_file_name(name_or_file)) return find_shipped(name_or_file);
  const auto text = read_definition_file(c.path(name_or_file));
  if (!text) return text.error();
  const auto folder = c.path(name_or_file).parent_path();
  const definition_finder beside = [folder](std::string_view name) -> std::optional<std::string> {
    auto other = read_definition_file(folder / (std::string(name) + ".toml"));
    if (!other) return std::nullopt;
    return std::move(*other);
  };
  return parse_definition(*text, name_or_file, beside);
}

result<evaluation_result> read_result(const context& c, const std::string& file) {
  std::ifstream in(c.path(file), std::ios::binary);
  std::string text{std::istreambuf_iterator<char>(in), {}};
  if (!in) return problem{errc::bad_file, "cannot read " + file};
  auto r = result_from_json(text);
  if (r) return r;
  problem p = r.error();
  p.file = file;
  return p;
}

result<evaluation_facts> facts_of(context& c) {
  progress_line shown(c.io, "events", c.options.quiet);
  const position head = c.book().head();
  return facts_of(*c.owned, [&](position at) { shown.show(at.value, {at.value, head.value}); });
}

result<evaluation_facts> facts_about(context& c,
                                     const std::vector<const type_description*>& types) {
  constexpr std::uint64_t shown_every = 10'000;
  progress_line shown(c.io, "events", c.options.quiet);
  const position head = c.book().head();
  return facts_about(*c.owned, types, [&](position at) {
    if (at.value % shown_every == 0) shown.show(at.value, {at.value, head.value});
  });
}

}  // namespace stegvis
