#include "api/person_names.hpp"

#include <unicode/normalizer2.h>
#include <unicode/uchar.h>
#include <unicode/unistr.h>

#include <algorithm>
#include <set>
#include <tuple>

#include "events/catalogue.hpp"
#include "events/json.hpp"
#include "projections/timeline.hpp"

namespace stegvis {
namespace {

// Letters of their own in Swedish, not an a or o with an accent.
bool is_swedish(UChar32 c) {
  return c == 0xe5 || c == 0xe4 || c == 0xf6;
}

void append_base(UChar32 c, const icu::Normalizer2& composed, icu::UnicodeString& out) {
  icu::UnicodeString parts;
  if (is_swedish(c) || !composed.getDecomposition(c, parts)) {
    out.append(c);
    return;
  }
  for (int32_t i = 0; i < parts.length(); i = parts.moveIndex32(i, 1)) {
    if (u_getCombiningClass(parts.char32At(i)) == 0) out.append(parts.char32At(i));
  }
}

// The name that the event gives, unsealed; empty: none.
std::string name_in(const event_data& data) {
  const std::optional<identity<std::string>>* name = nullptr;
  if (const auto* d = data.get<person_registered>()) name = &d->name;
  if (const auto* d = data.get<person_details_changed>()) name = &d->name;
  if (name == nullptr || !*name || !(*name)->clear) return "";
  json_parser parser;
  const auto text = parser.parse((*name)->bytes);
  return text && text->type() == json_type::text ? std::string(text->text()) : std::string();
}

bool gives_name(const event& e) {
  return e.data.get<person_registered>() != nullptr ||
         e.data.get<person_details_changed>() != nullptr;
}

// What may take away or change names that are known.
bool changes_names(const event& e) {
  return e.data.get<event_corrected>() != nullptr || e.data.get<event_voided>() != nullptr ||
         e.data.get<persons_merged>() != nullptr;
}

bool begins_each(const std::vector<std::string>& wanted, const std::vector<std::string>& words) {
  return std::ranges::all_of(wanted, [&](const std::string& w) {
    return std::ranges::any_of(words, [&](const std::string& word) { return word.starts_with(w); });
  });
}

}  // namespace

std::vector<std::string> name_words(std::string_view name) {
  UErrorCode failed = U_ZERO_ERROR;
  const auto* folding = icu::Normalizer2::getNFKCCasefoldInstance(failed);
  const auto* composed = icu::Normalizer2::getNFCInstance(failed);
  if (U_FAILURE(failed)) throw world_error("Unicode data cannot be loaded");
  const auto piece = icu::StringPiece(name.data(), static_cast<int32_t>(name.size()));
  const auto folded = folding->normalize(icu::UnicodeString::fromUTF8(piece), failed);
  if (U_FAILURE(failed)) throw world_error("Unicode text cannot be folded");
  std::vector<std::string> words;
  icu::UnicodeString word;
  const auto end_word = [&] {
    if (!word.isEmpty()) word.toUTF8String(words.emplace_back());
    word.remove();
  };
  for (int32_t i = 0; i < folded.length(); i = folded.moveIndex32(i, 1)) {
    const UChar32 c = folded.char32At(i);
    if (u_isalnum(c))
      append_base(c, *composed, word);
    else if (u_getCombiningClass(c) == 0)
      end_word();
  }
  end_word();
  return words;
}

void person_names::add(const std::string& subject, known_name name) {
  if (name.name.empty()) return;
  name.words = name_words(name.name);
  const std::lock_guard lock(mutex_);
  auto& all = names_[subject];
  all.push_back(std::move(name));
  std::ranges::sort(all, {}, [](const known_name& n) { return std::tuple(n.from, n.at); });
}

result<void> person_names::reread(ledger& book, const std::string& subject) {
  auto events = book.journey(subject, position{1}, book.head());
  if (!events) return events.error();
  for (event& e : *events) book.unseal(e);
  {
    const std::lock_guard lock(mutex_);
    names_.erase(subject);
  }
  if (events->empty() || book.is_forgotten(subject)) return {};
  std::vector<known_name> standing;
  for (const auto& entry : timeline_of(*events, events->back().position)) {
    const bool holds =
        entry.standing == entry_standing::original || entry.standing == entry_standing::corrected;
    // Of a merged person the survivor is found.
    if (holds && entry.data->get<persons_merged>() != nullptr) return {};
    if (holds)
      standing.push_back({day_of(entry.time), entry.what->position, name_in(*entry.data), {}});
  }
  for (auto& name : standing) add(subject, std::move(name));
  return {};
}

result<void> person_names::catch_up(ledger& book) {
  const std::lock_guard one_at_a_time(folding_);
  const position head = book.head();
  if (folded_ >= head) return check_size();
  if (const auto keys = book.keys(); !keys) return keys.error();
  std::set<std::string> again;
  const auto scanned = book.scan(next(folded_), head, [&](const event& e) {
    if (e.data.get<person_forgotten>() != nullptr || changes_names(e)) {
      again.insert(e.subject);
    } else if (gives_name(e) && names_.size() < persons_max) {
      event opened = e;
      book.unseal(opened);
      add(e.subject, {day_of(e.time), e.position, name_in(opened.data), {}});
    }
    return true;
  });
  if (!scanned) return scanned.error();
  for (const auto& subject : again) {
    if (!is_person(subject)) continue;
    if (const auto r = reread(book, subject); !r) return r.error();
  }
  folded_ = head;
  return check_size();
}

result<void> person_names::check_size() const {
  const std::lock_guard lock(mutex_);
  if (names_.size() < persons_max) return {};
  return problem{errc::overloaded, "more persons than are searched by name"};
}

std::vector<std::string> person_names::find(std::string_view text) const {
  const auto wanted = name_words(text);
  std::vector<std::string> found;
  if (wanted.empty()) return found;
  const std::lock_guard lock(mutex_);
  for (const auto& [subject, names] : names_) {
    const bool any = std::ranges::any_of(
        names, [&](const known_name& n) { return begins_each(wanted, n.words); });
    if (any) found.push_back(subject);
  }
  return found;
}

std::string person_names::name_of(std::string_view subject) const {
  const std::lock_guard lock(mutex_);
  const auto found = names_.find(subject);
  return found == names_.end() ? std::string() : found->second.back().name;
}

}  // namespace stegvis
