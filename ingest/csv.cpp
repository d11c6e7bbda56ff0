#include "ingest/csv.hpp"

#include <algorithm>
#include <unordered_map>

namespace stegvis {
namespace {
constexpr std::size_t block_bytes = 64 * 1024;
constexpr std::string_view utf8_mark = "\xEF\xBB\xBF";

problem at_line(problem p, std::uint64_t line) {
  p.line = line;
  return p;
}

std::uint64_t newlines(std::string_view text) {
  return static_cast<std::uint64_t>(std::ranges::count(text, '\n'));
}

// The stream as bytes with one byte of look-ahead. The sample is read first and served again.
class byte_source {
 public:
  explicit byte_source(std::istream& in) : in_(&in) { fill(encoding_sample_bytes); }

  std::string_view sample() const { return buffer_; }
  bool sample_is_all() const { return ended_; }
  void skip(std::size_t n) { at_ += n; }

  int peek() {
    if (at_ == buffer_.size() && !refill()) return -1;
    return static_cast<unsigned char>(buffer_[at_]);
  }
  int get() {
    const int c = peek();
    if (c >= 0) ++at_;
    return c;
  }
  std::uint64_t consumed() const { return before_ + at_; }

 private:
  bool refill() {
    if (ended_) return false;
    before_ += buffer_.size();
    at_ = 0;
    fill(block_bytes);
    return !buffer_.empty();
  }
  void fill(std::size_t bytes) {
    buffer_.resize(bytes);
    in_->read(buffer_.data(), static_cast<std::streamsize>(bytes));
    if (in_->bad()) throw world_error("reading the table failed");
    buffer_.resize(static_cast<std::size_t>(in_->gcount()));
    ended_ = buffer_.size() < bytes;
  }

  std::istream* in_;
  std::string buffer_;
  std::size_t at_ = 0;
  std::uint64_t before_ = 0;
  bool ended_ = false;
};

// Counts what could separate cells, outside quotes, in the first row of `text`.
result<char> detect_separator(std::string_view text) {
  std::size_t semicolons = 0, commas = 0, tabs = 0;
  bool quoted = false;
  for (const char c : text) {
    if (c == '"') quoted = !quoted;
    if (quoted) continue;
    if (c == '\n') break;
    semicolons += c == ';';
    commas += c == ',';
    tabs += c == '\t';
  }
  const std::size_t most = std::max({semicolons, commas, tabs});
  if (most != 0 && (semicolons == most) + (commas == most) + (tabs == most) > 1)
    return problem{errc::bad_table, "the header row does not tell its separator: declare it",
                   "separator"};
  return most == 0 || commas == most ? ',' : semicolons == most ? ';' : '\t';
}

result<text_encoding> choose_encoding(std::string_view sample, bool all, const csv_options& o) {
  if (sample.starts_with("\xFF\xFE") || sample.starts_with("\xFE\xFF"))
    return at_line({errc::bad_encoding, "the file is UTF-16"}, 1);
  if (sample.starts_with(utf8_mark)) {
    if (o.encoding == text_encoding::windows_1252)
      return at_line({errc::bad_encoding,
                      "declared windows-1252, but the file begins with a UTF-8 mark"}, 1);
    return text_encoding::utf8;
  }
  if (o.encoding) return *o.encoding;
  if (const auto found = detect_encoding(sample, !all)) return *found;
  const std::size_t bad = find_bad_windows_1252(sample);
  return at_line({errc::bad_encoding, "neither UTF-8 nor Windows-1252"},
                 1 + newlines(sample.substr(0, bad)));
}
}  // namespace

struct csv_reader::state {
  explicit state(std::istream& in) : source(in) {}

  byte_source source;
  text_encoding encoding = text_encoding::utf8;
  char separator = ',';
  std::uint64_t line = 1;  // of the next byte
  std::vector<std::string> header;
  std::optional<problem> failed;
  std::string cell;
  std::size_t row_bytes = 0;

  enum class stop { cell, row, end };

  problem fail(errc code, std::string what, std::size_t column, std::uint64_t where) {
    if (column != 0) what = "column " + std::to_string(column) + ": " + what;
    failed = at_line({code, std::move(what)}, where);
    return *failed;
  }
  // Reads one cell's raw bytes into `cell`; says what ended it.
  result<stop> read_cell(std::size_t column);
  result<stop> read_quoted(std::size_t column);
  result<stop> ended_by(int c, std::size_t column);
  std::optional<problem> take(char c, std::size_t column);
  result<std::string> decoded(std::size_t column);
  // A row as it stands, blank lines too; nothing at the end.
  result<std::optional<table_row>> read_row();
};

std::optional<problem> csv_reader::state::take(char c, std::size_t column) {
  if (c == '\0') return fail(errc::bad_encoding, "a zero byte", column, line);
  if (cell.size() == cell_bytes_max)
    return fail(errc::bad_table, "a cell of more than 65535 bytes", column, line);
  if (++row_bytes > row_bytes_max)
    return fail(errc::bad_table, "a row of more than 1 MiB", column, line);
  if (c == '\n') ++line;
  cell += c;
  return std::nullopt;
}

// Decides what an unquoted byte (already taken from the source) ends, if it ends anything.
result<csv_reader::state::stop> csv_reader::state::ended_by(int c, std::size_t column) {
  if (c < 0) return stop::end;
  if (c == separator) return stop::cell;
  if (c == '\r' && source.peek() == '\n') c = source.get();
  if (c == '\n') {
    ++line;
    return stop::row;
  }
  if (c == '\r')
    return fail(errc::bad_table, "a carriage return without line feed", column, line);
  return fail(errc::bad_table, "text behind a closing quote", column, line);
}

result<csv_reader::state::stop> csv_reader::state::read_quoted(std::size_t column) {
  const std::uint64_t opened = line;
  for (;;) {
    const int c = source.get();
    if (c < 0) return fail(errc::bad_table, "a quote that is never closed", column, opened);
    if (c == '"') {
      if (source.peek() != '"') return ended_by(source.get(), column);
      source.get();
    }
    if (auto bad = take(static_cast<char>(c), column)) return *bad;
  }
}

result<csv_reader::state::stop> csv_reader::state::read_cell(std::size_t column) {
  cell.clear();
  if (source.peek() == '"') {
    source.get();
    return read_quoted(column);
  }
  for (;;) {
    const int c = source.get();
    if (c < 0 || c == separator || c == '\r' || c == '\n') return ended_by(c, column);
    if (c == '"') return fail(errc::bad_table, "a quote inside an unquoted cell", column, line);
    if (auto bad = take(static_cast<char>(c), column)) return *bad;
  }
}

result<std::string> csv_reader::state::decoded(std::size_t column) {
  const bool utf8 = encoding == text_encoding::utf8;
  const std::size_t bad = utf8 ? find_bad_utf8(cell) : find_bad_windows_1252(cell);
  if (bad != std::string::npos) {
    // Line breaks inside the cell are counted already, also those behind the bad byte.
    const std::uint64_t behind = newlines(std::string_view(cell).substr(bad));
    const char* what = utf8 ? "bytes that are not UTF-8" : "a byte that Windows-1252 does not have";
    return fail(errc::bad_encoding, what, column, line - behind);
  }
  if (utf8) return cell;
  std::string text = utf8_from_windows_1252(cell);
  if (text.size() > cell_bytes_max)
    return fail(errc::bad_table, "a cell of more than 65535 bytes", column, line);
  return text;
}

result<std::optional<table_row>> csv_reader::state::read_row() {
  if (failed) return *failed;
  if (source.peek() < 0) return std::optional<table_row>{};
  table_row row{line, {}};
  row.cells.reserve(header.size());
  row_bytes = 0;
  for (;;) {
    const std::size_t column = row.cells.size() + 1;
    if (column > table_columns_max)
      return fail(errc::bad_table, "more than 16384 columns", 0, row.line);
    const auto stopped = read_cell(column);
    if (!stopped) return stopped.error();
    if (*stopped == stop::row) --line;
    auto text = decoded(column);
    if (!text) return text.error();
    if (*stopped == stop::row) ++line;
    row.cells.push_back(std::move(*text));
    if (*stopped != stop::cell) return std::optional(std::move(row));
  }
}

std::optional<problem> check_header(const table_row& header) {
  std::unordered_map<std::string_view, std::size_t> seen;
  for (std::size_t i = 0; i < header.cells.size(); ++i) {
    if (header.cells[i].empty()) continue;
    const auto [first, fresh] = seen.emplace(header.cells[i], i + 1);
    if (!fresh)
      return at_line({errc::bad_table, "columns " + std::to_string(first->second) + " and " +
                                           std::to_string(i + 1) + " have the same name"},
                     header.line);
  }
  if (seen.empty()) return at_line({errc::bad_table, "the header row is empty"}, header.line);
  return std::nullopt;
}

problem wrong_width(const table_row& row, std::size_t header_cells) {
  return at_line({errc::bad_table, std::to_string(row.cells.size()) + " cells, the header has " +
                                       std::to_string(header_cells)},
                 row.line);
}

result<csv_reader> csv_reader::open(std::istream& in, csv_options options) {
  auto s = std::make_unique<state>(in);
  const std::string_view sample = s->source.sample();
  const auto encoding = choose_encoding(sample, s->source.sample_is_all(), options);
  if (!encoding) return encoding.error();
  s->encoding = *encoding;
  std::size_t begin = sample.starts_with(utf8_mark) ? utf8_mark.size() : 0;
  for (; s->line < options.header_row; ++s->line) {
    const std::size_t line_end = sample.find('\n', begin);
    if (line_end == std::string_view::npos)
      return at_line({errc::bad_table, "no such header row in the first MiB", "header_row"},
                     s->line);
    begin = line_end + 1;
  }
  s->source.skip(begin);
  const auto separator = options.separator != '\0' ? result<char>(options.separator)
                                                   : detect_separator(sample.substr(begin));
  if (!separator) return at_line(separator.error(), s->line);
  s->separator = *separator;
  auto header = s->read_row();
  if (!header) return header.error();
  if (!*header) return at_line({errc::bad_table, "there is no header row"}, s->line);
  if (auto bad = check_header(**header)) return *bad;
  s->header = std::move((*header)->cells);
  return csv_reader(std::move(s));
}

result<std::optional<table_row>> csv_reader::next() {
  for (;;) {
    auto row = state_->read_row();
    if (!row || !*row) return row;
    const auto& cells = (*row)->cells;
    if (cells.size() == 1 && cells.front().empty()) continue;
    if (cells.size() != state_->header.size()) return wrong_width(**row, state_->header.size());
    return row;
  }
}

csv_reader::csv_reader(std::unique_ptr<state> s) : state_(std::move(s)) {}
csv_reader::~csv_reader() = default;
csv_reader::csv_reader(csv_reader&&) noexcept = default;
csv_reader& csv_reader::operator=(csv_reader&&) noexcept = default;
const std::vector<std::string>& csv_reader::header() const { return state_->header; }
text_encoding csv_reader::encoding() const { return state_->encoding; }
char csv_reader::separator() const { return state_->separator; }
bool csv_reader::broken() const { return state_->failed.has_value(); }
std::uint64_t csv_reader::bytes_read() const { return state_->source.consumed(); }

}  // namespace stegvis
