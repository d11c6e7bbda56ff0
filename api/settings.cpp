#include "api/settings.hpp"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <sstream>

#include "events/head.hpp"
#include "events/json.hpp"
#include "events/personal_number.hpp"
#include "events/toml_section.hpp"

namespace stegvis {
namespace {

namespace fs = std::filesystem;
constexpr std::size_t name_bytes_max = 100;
constexpr std::string_view file_suffix = "_file";
constexpr std::string_view environment_prefix = "STEGVIS_KAFKA_";
constexpr std::array<std::pair<std::string_view, durability>, 2> durabilities{
    {{"local", durability::local}, {"replicated", durability::replicated}}};
// librdkafka's properties whose values are secrets.
constexpr std::array<std::string_view, 5> secrets{"sasl.password", "ssl.key.password",
                                                  "ssl.keystore.password",
                                                  "sasl.oauthbearer.client.secret", "ssl.key.pem"};

bool is_control(char c) {
  return static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
}

std::optional<std::string> content_of(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  std::stringstream text;
  text << in.rdbuf();
  if (!in) return std::nullopt;
  return text.str();
}

void read_property(const toml_section& s, const std::string& name, const fs::path& beside,
                   ledger_settings& into) {
  if (std::ranges::find(secrets, name) != secrets.end()) {
    return s.fail(name, "a secret: name a file with \"" + name + "_file\", or set it in the " +
                            "environment");
  }
  const auto value = s.required_text(name);
  const bool from_file = std::ranges::any_of(
      secrets, [&](std::string_view secret) { return name == std::string(secret) + "_file"; });
  if (!from_file) {
    into.properties[name] = value;
    return;
  }
  const auto secret = secret_in(beside / value);
  if (!secret) return s.fail(name, "the file cannot be read");
  into.properties[name.substr(0, name.size() - file_suffix.size())] = *secret;
}

void read_kafka(const toml_section& s, const fs::path& beside, ledger_settings& into) {
  s.allow({"brokers", "name", "partitions", "properties"});
  into.brokers = s.text("brokers");
  into.stem = s.text("name");
  into.partitions = static_cast<std::int32_t>(s.integer("partitions", 1, 256).value_or(12));
  const auto properties = s.subsection("properties");
  if (!properties) return;
  for (const auto& name : properties->table().keys()) {
    read_property(*properties, name, beside, into);
  }
}

// STEGVIS_KAFKA_SSL_CA_LOCATION is ssl.ca.location.
void read_environment(ledger_settings& into) {
  for (char** one = environ; *one != nullptr; ++one) {
    std::string_view text(*one);
    const auto equals = text.find('=');
    if (!text.starts_with(environment_prefix) || equals == text.npos) continue;
    std::string name(text.substr(environment_prefix.size(), equals - environment_prefix.size()));
    std::ranges::transform(name, name.begin(), [](char c) {
      return c == '_' ? '.' : c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    });
    into.properties[name] = text.substr(equals + 1);
  }
}

}  // namespace

std::optional<std::string> secret_in(const fs::path& file) {
  auto text = content_of(file);
  while (text && (text->ends_with('\n') || text->ends_with('\r'))) text->pop_back();
  return text;
}

fs::path settings_file(const fs::path& ledger_folder) {
  return ledger_folder / "stegvis.toml";
}

result<ledger_settings> read_settings(const fs::path& file) {
  ledger_settings settings;
  const auto text = content_of(file);
  if (text) {
    auto document = toml_document::parse(*text, errc::bad_argument);
    toml_reading reading(errc::bad_argument);
    if (document) {
      const toml_section root(reading, document->root(), "");
      root.allow({"name", "format", "durability", "kafka", "intake"});
      settings.name = root.text("name");
      settings.durability = root.choice("durability", durabilities, durability::local);
      if (const auto s = root.subsection("kafka")) read_kafka(*s, file.parent_path(), settings);
      if (const auto s = root.subsection("intake")) {
        s->allow({"allow_clear"});
        settings.allow_clear = s->flag("allow_clear");
      }
    } else {
      reading.error = document.error();
    }
    if (reading.error) {
      reading.error->file = file.filename().string();
      return *reading.error;
    }
  }
  read_environment(settings);
  return settings;
}

result<void> check_ledger_name(std::string_view name) {
  if (name.empty() || name.size() > name_bytes_max || std::ranges::any_of(name, is_control)) {
    return problem{errc::bad_argument, "a name is 1 to 100 bytes without control characters"};
  }
  if (contains_personal_number(name)) {
    return problem{errc::personal_number, "a ledger's name holds no personal number"};
  }
  return {};
}

void write_settings(const fs::path& ledger_folder, const ledger_settings& settings) {
  // JSON's escapes are TOML's, too.
  std::string text = "name = ";
  append_json_text(text, settings.name);
  text += "\nformat = " + std::to_string(ledger_format) + "\n";
  if (settings.durability == durability::replicated) text += "durability = \"replicated\"\n";
  if (!settings.brokers.empty() || !settings.stem.empty()) {
    text += "\n[kafka]\nbrokers = ";
    append_json_text(text, settings.brokers);
    text += "\nname = ";
    append_json_text(text, settings.stem);
    text += '\n';
  }
  const fs::path file = settings_file(ledger_folder);
  const fs::path fresh = ledger_folder / "stegvis.toml.new";
  {
    std::ofstream out(fresh, std::ios::binary);
    out << text;
    out.flush();
    if (!out) throw world_error("cannot write " + fresh.string());
  }
  fs::rename(fresh, file);
}

void copy_settings(const fs::path& from, const fs::path& to) {
  if (fs::exists(settings_file(from))) {
    fs::copy_file(settings_file(from), settings_file(to), fs::copy_options::overwrite_existing);
    return;
  }
  ledger_settings named;
  named.name = ledger_name(from);
  write_settings(to, named);
}

std::string ledger_name(const fs::path& ledger_folder) {
  const auto settings = read_settings(settings_file(ledger_folder));
  if (settings && !settings->name.empty()) return settings->name;
  const fs::path folder = fs::weakly_canonical(ledger_folder);
  return (folder.has_filename() ? folder : folder.parent_path()).filename().string();
}

}  // namespace stegvis
