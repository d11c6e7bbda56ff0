#pragma once
// TOML files that people write (mappings, definitions), read with a good message for whatever is
// wrong: line, key and, where a name is unknown, the nearest right one. toml++ stays behind this.
#include <algorithm>
#include <array>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "events/error.hpp"
#include "events/time.hpp"

namespace stegvis {

constexpr std::size_t toml_bytes_max = 1024 * 1024;

// A value in a toml_document, borrowed from it. Scalars are what they were written as: no integer
// is a number, no text a date.
class toml_value {
 public:
  explicit toml_value(const void* node) : node_(node) {}
  std::string_view word() const;  // "a text", "a list" ...
  std::uint64_t line() const;     // 0: not from a text
  std::optional<std::string> text() const;
  std::optional<std::int64_t> integer() const;
  std::optional<bool> flag() const;
  std::optional<double> number() const;
  std::optional<civil> date() const;
  bool is_table() const;
  bool is_list() const;
  std::vector<toml_value> items() const;    // of a list
  std::vector<std::string> keys() const;    // of a table, ascending
  std::optional<toml_value> at(std::string_view key) const;  // of a table
  // A table as a TOML document of its own.
  std::string document() const;

 private:
  const void* node_;
};

class toml_document {
 public:
  // `code` with the line if the text is not TOML, or has a name with letters beyond a-z that does
  // not stand in quotes, or a text of several lines.
  [[nodiscard]] static result<toml_document> parse(std::string_view text, errc code);
  toml_value root() const;
  // Keys of `over` in place of this document's: tables key by key, all else whole, and so are the
  // tables of keys in `whole`. Lines stay those of the text each value came from.
  void merge(toml_document over, std::span<const std::string_view> whole = {});
  void erase(std::string_view key);
  // What is left once only the table `key` of the n-th table (from 0) of the list `list` remains.
  void keep_only(std::string_view list, std::size_t n, std::string_view key);

 private:
  struct tree;
  struct release {
    void operator()(tree*) const;
  };
  explicit toml_document(std::unique_ptr<tree, release>);
  std::unique_ptr<tree, release> tree_;
};

// What all sections of one file share. Readers note the first problem and go on with a default, so
// that they need no early returns; the result is thrown away if there was one.
struct toml_reading {
  errc code;
  std::optional<problem> error{};
  explicit toml_reading(errc c) : code(c) {}
  void fail(const toml_value& at, std::string key, std::string what);
};

// One table: typed look-ups by key, each key checked.
class toml_section {
 public:
  using names = std::initializer_list<std::string_view>;
  toml_section(toml_reading& reading, toml_value table, std::string path)
      : reading_(&reading), table_(table), path_(std::move(path)) {}

  toml_reading& reading() const { return *reading_; }
  const toml_value& table() const { return table_; }
  bool has(std::string_view key) const { return table_.at(key).has_value(); }
  std::string path(std::string_view key) const;  // "event[2].time"
  void fail(std::string_view key, std::string what) const;  // at the key, or else the table
  void fail_whole(std::string what) const;                  // the table itself
  void fail_type(std::string_view key, std::string_view expected) const;
  void allow(names keys) const;  // no other key is there
  // Exactly one of the keys is there: that one, else a failure and nothing.
  std::string_view only_one(names keys) const;

  // Absent keys give the default and are no failure; a wrong type is.
  std::string text(std::string_view key) const;
  std::string required_text(std::string_view key) const;
  bool flag(std::string_view key, bool fallback = false) const;
  std::optional<std::int64_t> integer(std::string_view key, std::int64_t min,
                                      std::int64_t max) const;
  // A text or a list of texts. Empty texts are taken where they mean an empty cell.
  std::vector<std::string> texts(std::string_view key, bool empty_taken = false) const;
  template <class E, std::size_t N>
  E choice(std::string_view key, const std::array<std::pair<std::string_view, E>, N>& choices,
           E fallback) const {
    if (!has(key)) return fallback;
    const std::string given = text(key);
    std::array<std::string_view, N> words;
    for (std::size_t i = 0; i < N; ++i) {
      words[i] = choices[i].first;
      if (given == words[i]) return choices[i].second;
    }
    fail_unknown(key, "value", given, words);
    return fallback;
  }
  void fail_unknown(std::string_view key, std::string_view what, std::string_view given,
                    std::span<const std::string_view> known) const;
  std::optional<toml_section> subsection(std::string_view key) const;
  // The tables of [[key]], with paths that count from 1.
  std::vector<toml_section> sections(std::string_view key) const;

 private:
  toml_reading* reading_;
  toml_value table_;
  std::string path_;
};

}  // namespace stegvis
