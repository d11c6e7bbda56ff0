#include "api/access_table.hpp"

#include <algorithm>
#include <array>

namespace stegvis {
namespace {

constexpr auto no = reach::none;
constexpr auto pseud = reach::pseudonyms;
constexpr auto own = reach::own_units;
constexpr auto dom = reach::own_domain;
constexpr auto all = reach::all;

// clang-format off
constexpr auto rows = std::to_array<access_row>({
    //                                   caseworker manager evaluator analyst data_prot. admin
    {resource::catalogue,   action::read,   {all,   all,    all,      all,    all,       all}},
    {resource::ledger,      action::read,   {all,   all,    all,      all,    all,       all}},
    {resource::events,      action::read,   {own,   own,    no,       no,     all,       all}},
    {resource::events,      action::append, {own,   own,    no,       no,     no,        all}},
    {resource::reference,   action::read,   {all,   all,    no,       no,     all,       all}},
    {resource::reference,   action::append, {no,    no,     no,       no,     no,        all}},
    {resource::persons,     action::read,   {own,   own,    pseud,    no,     all,       all}},
    {resource::persons,     action::break_glass, {dom, dom, no,   no,     no,        no}},
    {resource::timeline,    action::read,   {own,   own,    no,       no,     all,       all}},
    {resource::search,      action::run,    {own,   own,    no,       no,     all,       all}},
    {resource::worklists,   action::read,   {own,   own,    no,       no,     no,        all}},
    {resource::boards,      action::read,   {own,   own,    no,       no,     no,        all}},
    {resource::quality,     action::read,   {own,   own,    pseud,    no,     all,       all}},
    {resource::evaluations, action::read,   {no,    all,    all,      all,    no,        all}},
    {resource::evaluations, action::run,    {no,    all,    all,      all,    no,        all}},
    {resource::definitions, action::run,    {no,    all,    all,      no,     no,        all}},
    {resource::imports,     action::run,    {no,    no,     no,       no,     no,        all}},
    {resource::streams,     action::read,   {no,    no,     no,       no,     all,       all}},
    {resource::extracts,    action::read,   {no,    no,     no,       no,     all,       no}},
    {resource::access_log,  action::read,   {no,    no,     no,       no,     all,       no}},
    {resource::background,  action::open,   {own,   own,    no,       no,     all,       all}},
    {resource::identity,    action::open,   {own,   own,    no,       no,     all,       all}},
    {resource::contact,     action::open,   {own,   own,    no,       no,     all,       all}},
    {resource::health,      action::open,   {own,   no,     no,       no,     all,       all}},
    {resource::freetext,    action::open,   {own,   no,     no,       no,     all,       all}},
});
// clang-format on

constexpr std::string_view role_names[] = {"caseworker", "manager",         "evaluator",
                                           "analyst",    "data_protection", "admin"};
constexpr std::string_view resource_names[] = {
    "catalogue", "ledger",     "events",     "reference",   "persons",     "timeline", "search",
    "worklists", "boards",     "quality",    "evaluations", "definitions", "imports",  "streams",
    "extracts",  "access_log", "background", "identity",    "contact",     "health",   "freetext"};
static_assert(std::size(resource_names) == resource_count);
constexpr std::string_view action_names[] = {"read", "append", "run", "open", "break_glass"};
constexpr std::string_view reach_names[] = {"none", "pseudonyms", "own_units", "own_domain", "all"};

}  // namespace

std::string_view name_of(role r) {
  return role_names[static_cast<std::size_t>(r)];
}
std::string_view name_of(resource r) {
  return resource_names[static_cast<std::size_t>(r)];
}
std::string_view name_of(action a) {
  return action_names[static_cast<std::size_t>(a)];
}
std::string_view name_of(reach r) {
  return reach_names[static_cast<std::size_t>(r)];
}

std::optional<role> find_role(std::string_view name) {
  const auto found = std::ranges::find(role_names, name);
  if (found == std::end(role_names)) return std::nullopt;
  return static_cast<role>(found - std::begin(role_names));
}

std::span<const access_row> access_table() {
  return rows;
}

reach reach_of(role r, resource what, action does) {
  const auto row = std::ranges::find_if(
      rows, [&](const access_row& a) { return a.what == what && a.does == does; });
  return row == rows.end() ? reach::none : row->by_role[static_cast<std::size_t>(r)];
}

reach reach_of(std::span<const role> roles, resource what, action does) {
  reach widest = reach::none;
  for (const role r : roles) widest = std::max(widest, reach_of(r, what, does));
  return widest;
}

std::string access_page() {
  std::string page = "| resource | action |";
  std::string line = "|---|---|";
  for (const auto name : role_names) {
    page += ' ' + std::string(name) + " |";
    line += "---|";
  }
  page += '\n' + line + '\n';
  for (const access_row& row : rows) {
    page += "| " + std::string(name_of(row.what)) + " | " + std::string(name_of(row.does)) + " |";
    for (const reach r : row.by_role) {
      page += ' ' + (r == reach::none ? std::string("-") : std::string(name_of(r))) + " |";
    }
    page += '\n';
  }
  return page;
}

}  // namespace stegvis
