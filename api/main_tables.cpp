#include "api/main_tables.hpp"

#include <algorithm>
#include <atomic>
#include <cctype>
#include <cerrno>
#include <cstring>
#include <deque>
#include <fstream>

#include "ingest/csv.hpp"
#include "ingest/table_events.hpp"
#include "ingest/workbook.hpp"

namespace stegvis {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t id_digits = 16;

// Rows of either kind of file.
struct row_source {
  std::vector<std::string> header;
  std::function<result<std::optional<table_row>>()> next;
  std::function<bool()> broken;  // no row can be found behind the last problem
  read_share read;
};

result<row_source> rows_of_csv(const fs::path& path, const mapping& rules) {
  const auto in = std::make_shared<std::ifstream>(path, std::ios::binary);
  std::error_code gone;
  if (!*in || fs::is_directory(path, gone)) return problem{errc::bad_file, std::strerror(errno)};
  csv_options options;
  options.encoding = rules.encoding;
  options.separator = rules.separator;
  options.header_row = rules.header_row;
  auto opened = csv_reader::open(*in, options);
  if (!opened) return opened.error();
  const auto reader = std::make_shared<csv_reader>(std::move(*opened));
  const auto bytes = std::make_shared<std::atomic<std::uint64_t>>(0);
  const auto whole = fs::is_regular_file(path, gone) ? fs::file_size(path, gone) : 0;
  return row_source{reader->header(),
                    [in, reader, bytes] {
                      auto row = reader->next();
                      *bytes = reader->bytes_read();
                      return row;
                    },
                    [reader] { return reader->broken(); },
                    [bytes, whole] {
                      return share{*bytes, whole};
                    }};
}

result<row_source> rows_of_workbook(const fs::path& path, const mapping& rules) {
  workbook_options options;
  options.sheet = rules.sheet;
  options.header_row = rules.header_row;
  auto opened = workbook_reader::open(path.string(), options);
  if (!opened) return opened.error();
  const auto reader = std::make_shared<workbook_reader>(std::move(*opened));
  return row_source{reader->header(), [reader] { return reader->next(); }, [] { return false; },
                    [] { return share{}; }};
}

bool has_ending(const std::string& file, std::string_view ending) {
  auto own = fs::path(file).extension().string();
  std::ranges::transform(own, own.begin(), [](unsigned char ch) { return std::tolower(ch); });
  return own == ending;
}

table_events_options ledger_side(key_store& keys, bool dry_run) {
  table_events_options options;
  options.event_id = [&keys](std::string_view text) { return keys.keyed_hash(text); };
  options.person_subject = [&keys, dry_run](std::string_view scheme, std::string_view issuer,
                                            std::string_view value) -> result<std::string> {
    const person_identifier who{scheme, issuer, value};
    if (!dry_run) return keys.find_or_create_person(who);
    auto known = keys.find_person(who);
    if (!known) return known.error();
    if (*known) return **known;
    const std::string text =
        std::string(scheme) + ' ' + std::string(issuer) + ' ' + std::string(value);
    // Checked and thrown away: a dry run records nothing.
    return "participant/dry-run-" + keys.keyed_hash(text).substr(0, id_digits);
  };
  return options;
}

// The events of one row after the other, as lines.
class table_lines {
 public:
  table_lines(row_source rows, table_events events)
      : rows_(std::move(rows)), events_(std::move(events)) {}

  bool next(source_line& into) {
    while (waiting_.empty()) {
      if (ended_) return false;
      const auto row = rows_.next();
      if (!row) {
        ended_ = rows_.broken();
        return refuse(row.error(), into);
      }
      if (!*row) return false;
      auto made = events_.read(**row);
      if (!made) return refuse(made.error(), into);
      for (auto& e : *made) waiting_.push_back(std::move(e));
    }
    into.text = std::move(waiting_.front().json);
    into.number = waiting_.front().line;
    into.wrong.reset();
    waiting_.pop_front();
    return true;
  }

 private:
  static bool refuse(const problem& p, source_line& into) {
    into.text.clear();
    into.number = p.line;
    into.wrong = p;
    return true;
  }

  row_source rows_;
  table_events events_;
  std::deque<table_event> waiting_;
  bool ended_ = false;
};

}  // namespace

bool is_table(const std::string& file) {
  constexpr std::string_view endings[] = {".csv", ".tsv", ".txt", ".xlsx"};
  return std::ranges::any_of(endings, [&](auto ending) { return has_ending(file, ending); });
}

table_kind kind_of_table(const std::string& file) {
  return has_ending(file, ".xlsx") ? table_kind::workbook : table_kind::csv;
}

result<opened_lines> lines_of_table(ledger& book, const fs::path& file, table_kind kind,
                                    const mapping& rules, bool dry_run) {
  const auto keys = book.keys();
  if (!keys) return keys.error();
  auto rows =
      kind == table_kind::workbook ? rows_of_workbook(file, rules) : rows_of_csv(file, rules);
  if (!rows) return rows.error();
  auto events = table_events::make(rules, rows->header, ledger_side(**keys, dry_run));
  if (!events) return events.error();
  const auto read = rows->read;
  const auto lines = std::make_shared<table_lines>(std::move(*rows), std::move(*events));
  return opened_lines{[lines](source_line& into) { return lines->next(into); }, read};
}

line_source corrected_lines(line_source lines, std::shared_ptr<snapshot> changes,
                            std::shared_ptr<std::uint64_t> unchanged) {
  return [lines = std::move(lines), changes = std::move(changes),
          unchanged = std::move(unchanged)](source_line& into) {
    while (lines(into)) {
      if (into.wrong) return true;
      auto turned = changes->turn(into.text);
      if (!turned) {
        into.wrong = turned.error();
        return true;
      }
      into.text = std::move(*turned);
      if (!into.text.empty()) return true;
      ++*unchanged;
    }
    return false;
  };
}

}  // namespace stegvis
