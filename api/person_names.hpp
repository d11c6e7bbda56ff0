#pragma once
// Persons by name: an index in memory, folded from the log and nowhere kept on disk. Names are
// identity, so whoever asks must be allowed to open that, and to see the person.
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "events/ledger.hpp"

namespace stegvis {

// The words of a name as they are compared: lower case, without accents but those of å, ä and ö,
// cut at whatever is neither letter nor digit. Every script that Unicode knows.
std::vector<std::string> name_words(std::string_view name);

// Thread safe.
class person_names {
 public:
  static constexpr std::size_t persons_max = 2'000'000;

  // Folds what was recorded since the last call: names given, corrected and voided, persons merged
  // and forgotten. corrupt, newer_version; bad_key without keys; overloaded beyond persons_max.
  [[nodiscard]] result<void> catch_up(ledger& book);
  // Persons with a name, an earlier one too, in which each word of the text begins a word, by
  // subject. Nobody if the text holds no word.
  std::vector<std::string> find(std::string_view text) const;
  // The name that holds now; empty: none is known.
  std::string name_of(std::string_view subject) const;

 private:
  struct known_name {
    day from{};
    position at{};
    std::string name{};
    std::vector<std::string> words{};
  };
  result<void> reread(ledger& book, const std::string& subject);
  void add(const std::string& subject, known_name name);
  result<void> check_size() const;

  std::mutex folding_;                                                 // one folds at a time
  mutable std::mutex mutex_;                                           // guards names_
  position folded_{};                                                  // guarded by folding_
  std::map<std::string, std::vector<known_name>, std::less<>> names_;  // each by (day, position)
};

}  // namespace stegvis
