#include "projections/evaluations/federation.hpp"

#include <algorithm>
#include <set>

#include "events/json.hpp"
#include "events/sha256.hpp"
#include "events/toml_section.hpp"

namespace stegvis {
namespace {

participant_key read_participant(const toml_section& s) {
  s.allow({"name", "public_key"});
  participant_key p;
  p.name = s.required_text("name");
  if (!p.name.empty() && !is_federation_name(p.name)) {
    s.fail("name", "expected at most 128 bytes without control characters");
  }
  const auto text = s.required_text("public_key");
  const auto bytes = base64url_decode(text);
  if (bytes && bytes->size() == p.key.size())
    std::ranges::copy(*bytes, p.key.begin());
  else if (!text.empty())
    s.fail("public_key", "expected a key: 43 letters of base64url");
  return p;
}

participant_list read_list(const toml_section& s) {
  s.allow({"run", "ledger"});
  participant_list list;
  list.run = s.required_text("run");
  if (!list.run.empty() && !is_federation_name(list.run)) {
    s.fail("run", "expected at most 128 bytes without control characters");
  }
  std::set<std::string> names;
  std::set<public_key_bytes> keys;
  for (const auto& one : s.sections("ledger")) {
    list.ledgers.push_back(read_participant(one));
    if (!names.insert(list.ledgers.back().name).second) one.fail("name", "given twice");
    if (!keys.insert(list.ledgers.back().key).second) one.fail("public_key", "given twice");
  }
  if (list.ledgers.size() < 2) s.fail("ledger", "at least two ledgers take part");
  if (list.ledgers.size() > participants_max) s.fail("ledger", "at most 100 ledgers take part");
  std::ranges::sort(list.ledgers, {}, &participant_key::key);
  return list;
}

// An odd number for each index (splitmix64), so that no single changed count leaves the sum as it
// was.
std::uint64_t check_factor(std::uint64_t index) {
  std::uint64_t z = (index + 1) * 0x9e3779b97f4a7c15;
  z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
  z = (z ^ z >> 27) * 0x94d049bb133111eb;
  return (z ^ z >> 31) | 1;
}

std::uint64_t check_of(std::span<const std::uint64_t> counts) {
  std::uint64_t sum = 0;
  for (std::size_t i = 0; i < counts.size(); ++i) sum += counts[i] * check_factor(i);
  return sum;
}

problem refused(std::string what, const char* field = "") {
  return problem(errc::bad_partial, std::move(what), field);
}

// What a partial says otherwise than the first one; nothing if they go together.
std::optional<problem> difference(const partial_file& p, const partial_file& first) {
  const auto other = [&](const char* field, const char* what, const std::string& mine = {},
                         const std::string& theirs = {}) {
    auto text = p.name + " has " + what + " than " + first.name;
    if (!mine.empty()) text += ": " + mine + ", not " + theirs;
    return refused(std::move(text), field);
  };
  if (p.masked != first.masked) {
    return refused(p.name + " and " + first.name + ": one is masked, the other exact", "/masked");
  }
  if (p.run != first.run) return other("/run", "another run", p.run, first.run);
  if (p.definition_hash != first.definition_hash) {
    return other("/definition_hash", "another definition", p.definition_hash.substr(0, 12),
                 first.definition_hash.substr(0, 12));
  }
  if (p.as_of != first.as_of) return other("/as_of", "another as-of date", p.as_of, first.as_of);
  if (p.participants != first.participants) {
    return other("/participants", "other ledgers or keys in its keys file");
  }
  if (p.shape != first.shape) return other("/shape", "another shape of counts");
  if (p.counts.size() != first.counts.size()) return other("/counts", "another number of counts");
  return std::nullopt;
}

// The partials in the order of their participants: exactly one each.
result<std::vector<const partial_file*>> one_each(std::span<const partial_file> partials) {
  std::vector<const partial_file*> ordered;
  std::set<std::string_view> ledgers;
  std::string missing;
  for (const auto& participant : partials.front().participants) {
    const partial_file* found = nullptr;
    for (const auto& p : partials) {
      if (p.name != participant.name) continue;
      if (found != nullptr) return refused("two partials of " + p.name, "/name");
      if (!ledgers.insert(p.ledger_id).second) {
        return refused(p.name + " has the ledger id of another", "/ledger");
      }
      found = &p;
    }
    if (found == nullptr) missing += (missing.empty() ? "" : ", ") + participant.name;
    ordered.push_back(found);
  }
  if (!missing.empty()) return refused("no partial of " + missing, "/name");
  return ordered;
}

void add_to(std::vector<std::uint64_t>& sums, const std::vector<std::uint64_t>& counts) {
  for (std::size_t i = 0; i < sums.size(); ++i) sums[i] += counts[i];
}

}  // namespace

result<participant_list> read_participants(std::string_view toml, std::string_view file) {
  const auto in_file = [&](problem p) {
    p.file = file;
    return p;
  };
  const auto document = toml_document::parse(toml, errc::bad_participants);
  if (!document) return in_file(document.error());
  toml_reading reading(errc::bad_participants);
  auto list = read_list(toml_section(reading, document->root(), ""));
  if (reading.error) return in_file(*reading.error);
  return list;
}

std::string mask_context(const partial_file& p) {
  std::string out = R"({"as_of":)";
  append_json_text(out, p.as_of);
  out += R"(,"definition":)";
  append_json_text(out, p.definition_hash);
  out += R"(,"participants":[)";
  for (const auto& participant : p.participants) {
    if (&participant != p.participants.data()) out += ',';
    out += R"({"key":)";
    append_json_text(out, base64url(as_text(participant.key)));
    out += R"(,"name":)";
    append_json_text(out, participant.name);
    out += '}';
  }
  out += R"(],"run":)";
  append_json_text(out, p.run);
  out += R"(,"shape":)";
  append_json_text(out, hex(sha256(p.shape)));
  return out += '}';
}

result<partial_file> mask(partial_file exact, const key_store& keys) {
  STEGVIS_ASSERT(!exact.masked);
  const auto own = keys.public_key();
  const auto me = std::ranges::find(exact.participants, own, &participant_key::key);
  if (me == exact.participants.end()) {
    return problem(errc::bad_participants,
                   "this ledger's key is not in the keys file: " + base64url(as_text(own)));
  }
  exact.name = me->name;
  if (const auto checked = check_partial(exact); !checked) return checked.error();
  auto& numbers = exact.counts;
  numbers.push_back(check_of(numbers));
  const auto context = mask_context(exact);
  for (const auto& other : exact.participants) {
    if (other.key == own) continue;
    if (const auto added = keys.add_mask(numbers, other.key, context); !added) {
      auto p = added.error();
      p.field = other.name;
      return p;
    }
  }
  exact.check = numbers.back();
  numbers.pop_back();
  exact.masked = true;
  return exact;
}

result<merged_partials> merge(std::span<const partial_file> partials) {
  if (partials.empty()) return refused("there is none");
  const auto& first = partials.front();
  for (const auto& p : partials) {
    if (const auto checked = check_partial(p); !checked) return checked.error();
    if (auto different = difference(p, first)) return *std::move(different);
  }
  const auto ordered = one_each(partials);
  if (!ordered) return ordered.error();
  merged_partials m;
  m.masked = first.masked;
  m.run = first.run;
  m.definition_hash = first.definition_hash;
  m.as_of = first.as_of;
  m.shape = first.shape;
  m.definition_text = ordered->front()->definition_text;
  m.participants = first.participants;
  m.counts.resize(first.counts.size());
  std::uint64_t check = 0;
  for (const auto* p : *ordered) {
    m.ledgers.push_back({p->ledger_id, p->name, p->cut, p->cut_recorded, p->head_hash});
    add_to(m.counts, p->counts);
    check += p->check.value_or(0);
  }
  if (m.masked && check != check_of(m.counts)) {
    return refused("the masks do not cancel: a partial was changed or made with other keys",
                   "/counts");
  }
  return m;
}

}  // namespace stegvis
