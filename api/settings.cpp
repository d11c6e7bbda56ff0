#include "api/settings.hpp"

#include <toml++/toml.h>

#include <algorithm>
#include <fstream>

#include "events/head.hpp"
#include "events/json.hpp"
#include "events/personal_number.hpp"

namespace stegvis {
namespace {

namespace fs = std::filesystem;
constexpr std::size_t name_bytes_max = 100;
constexpr auto file_name = "stegvis.toml";

bool is_control(char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }

}  // namespace

result<void> check_ledger_name(std::string_view name) {
  if (name.empty() || name.size() > name_bytes_max || std::ranges::any_of(name, is_control)) {
    return problem{errc::bad_argument, "a name is 1 to 100 bytes without control characters"};
  }
  if (contains_personal_number(name)) {
    return problem{errc::personal_number, "a ledger's name holds no personal number"};
  }
  return {};
}

void write_settings(const fs::path& ledger_folder, const std::string& name) {
  // JSON's escapes are TOML's, too.
  std::string text = "name = ";
  append_json_text(text, name);
  text += "\nformat = " + std::to_string(ledger_format) + "\n";
  const fs::path file = ledger_folder / file_name;
  const fs::path fresh = ledger_folder / (std::string(file_name) + ".new");
  {
    std::ofstream out(fresh, std::ios::binary);
    out << text;
    out.flush();
    if (!out) throw world_error("cannot write " + fresh.string());
  }
  fs::rename(fresh, file);
}

std::string ledger_name(const fs::path& ledger_folder) {
  try {
    const auto settings = toml::parse_file((ledger_folder / file_name).string());
    if (const auto name = settings["name"].value<std::string>()) return *name;
  } catch (const toml::parse_error&) {
    // Missing or damaged: a name is no reason to refuse a ledger.
  }
  const fs::path folder = fs::weakly_canonical(ledger_folder);
  return (folder.has_filename() ? folder : folder.parent_path()).filename().string();
}

}  // namespace stegvis
