#include "projections/evaluations/claimed_runs.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <fstream>

#include "events/json.hpp"
#include "events/key_files.hpp"
#include "events/sha256.hpp"

namespace stegvis {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view claim_purpose = "stegvis federated run v1 ";
constexpr std::size_t claim_bytes_max = 4096;

[[noreturn]] void fail(const std::string& what, int error) {
  throw world_error(what + ": " + std::strerror(error));
}

std::string claim_of(const partial_file& p, const key_store& keys) {
  sha256_stream content;
  content.add(mask_context(p));
  for (const auto count : p.counts) {
    std::array<std::uint8_t, 8> bytes;
    for (std::size_t i = 0; i < 8; ++i) bytes[i] = static_cast<std::uint8_t>(count >> 8 * i);
    content.add(as_text(bytes));
  }
  return keys.keyed_hash(std::string(claim_purpose) + hex(content.finish()));
}

std::string claim_line(const partial_file& p, std::string_view claim) {
  std::string out = R"({"as_of":)";
  append_json_text(out, p.as_of);
  out += R"(,"claim":)";
  append_json_text(out, claim);
  out += R"(,"cut":)";
  append_integer(out, static_cast<std::int64_t>(p.cut));
  out += R"(,"definition":)";
  append_json_text(out, p.definition_hash);
  out += R"(,"format":1,"run":)";
  append_json_text(out, p.run);
  return out += "}\n";
}

struct earlier_claim {
  std::string as_of, claim, definition, run;
  std::int64_t cut = -1, format = 0;
};

std::optional<earlier_claim> parse_claim(std::string_view line) {
  json_parser parser;
  const auto read = parser.parse(line);
  if (!read || read->type() != json_type::object) return std::nullopt;
  earlier_claim c;
  const bool known = read->each_member([&](std::string_view key, json_value v) {
    std::string* const text = key == "as_of"        ? &c.as_of
                              : key == "claim"      ? &c.claim
                              : key == "definition" ? &c.definition
                              : key == "run"        ? &c.run
                                                    : nullptr;
    std::int64_t* const number = key == "cut"      ? &c.cut
                                 : key == "format" ? &c.format
                                                   : nullptr;
    if (text != nullptr && v.type() == json_type::text) *text = v.text();
    else if (number != nullptr && v.type() == json_type::integer) *number = v.integer();
    else return false;
    return true;
  });
  if (!known || c.claim.empty() || c.format != 1) return std::nullopt;
  return c;
}

result<void> compare(const fs::path& file, const partial_file& p, std::string_view claim) {
  std::ifstream in(file, std::ios::binary);
  std::string line(claim_bytes_max, '\0');
  in.read(line.data(), static_cast<std::streamsize>(line.size()));
  line.resize(static_cast<std::size_t>(in.gcount()));
  const auto earlier = parse_claim(line);
  if (!earlier || earlier->run != p.run) {
    return problem(errc::corrupt, file.string() + " does not tell what its run was used for");
  }
  if (earlier->claim == claim) return {};
  std::string what = "run " + p.run + " was used for ";
  if (earlier->definition != p.definition_hash) {
    what += "another definition, " + earlier->definition.substr(0, 12);
  } else if (earlier->as_of != p.as_of) {
    what += "another as-of date, " + earlier->as_of;
  } else {
    what += "other counts or participants, at cut " + std::to_string(earlier->cut);
  }
  return problem(errc::run_reused, std::move(what));
}

// Linked into place, so that the claim is there whole or not at all, and only one gets the name.
bool publish_new(const fs::path& file, std::string_view line) {
  auto draft = file;
  draft += "." + hex(raw_key::random().bytes().first(8)) + ".new";
  write_new_file(draft, line);
  const int error = ::link(draft.c_str(), file.c_str()) == 0 ? 0 : errno;
  if (::unlink(draft.c_str()) != 0) fail("cannot remove " + draft.string(), errno);
  if (error != 0 && error != EEXIST) fail("cannot make " + file.string(), error);
  return error == 0;
}

}  // namespace

result<void> claim_run(const fs::path& ledger_folder, const partial_file& exact,
                       const key_store& keys) {
  STEGVIS_ASSERT(!exact.masked);
  const auto folder = ledger_folder / "runs";
  std::error_code made;
  fs::create_directory(folder, made);
  if (made) fail("cannot make " + folder.string(), made.value());
  const auto file = folder / hex(sha256(exact.run));
  const auto claim = claim_of(exact, keys);
  std::error_code unseen;  // then linking tells
  const bool first = !fs::exists(file, unseen) && publish_new(file, claim_line(exact, claim));
  // Also a claim of another command, which may not have come so far yet, must last before counts
  // are masked under it.
  sync_folder(folder);
  sync_folder(fs::absolute(ledger_folder));
  if (first) return {};
  return compare(file, exact, claim);
}

result<partial_file> mask_once(const fs::path& ledger_folder, const partial_file& exact,
                               const key_store& keys) {
  auto masked = mask(exact, keys);
  if (!masked) return masked.error();
  if (const auto claimed = claim_run(ledger_folder, exact, keys); !claimed) return claimed.error();
  return masked;
}

}  // namespace stegvis
