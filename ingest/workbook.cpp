#include "ingest/workbook.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <fstream>
#include <orcus/sax_parser.hpp>
#include <orcus/zip_archive.hpp>
#include <orcus/zip_archive_stream.hpp>
#include <utility>

#include "ingest/csv.hpp"
#include "ingest/encoding.hpp"

namespace stegvis {
namespace {
// Rows are kept sparse and shared texts by number, so that neither a far cell in each of many rows
// nor one long text in many cells takes memory out of proportion to the file.
struct stored_cell {
  std::uint32_t row, column;  // from 0
  std::string text;
  std::optional<std::uint32_t> shared{};  // number of the shared text that holds instead
};

struct sheet_content {
  std::vector<stored_cell> cells;  // by row and column
  std::vector<std::string> shared_texts;
};

// Thrown inside this file only; `why` never quotes the file.
struct unreadable {
  std::string why;
};

// Elements and attributes by local name; which prefix a writer chose for a namespace is its own.
class xml_handler : public orcus::sax_handler {
 public:
  virtual ~xml_handler() = default;
  void attribute(const orcus::sax::parser_attribute& a) {
    if (a.ns == "xmlns" || a.name == "xmlns") return;
    attributes_.emplace_back(a.name, a.value);
  }
  void start_element(const orcus::sax::parser_element& e) {
    if (++depth_ > depth_max) throw unreadable{"elements nested too deeply"};
    opened(e.name);
    attributes_.clear();
  }
  void end_element(const orcus::sax::parser_element& e) {
    --depth_;
    closed(e.name);
  }
  void characters(std::string_view text, bool) { texts(text); }

 protected:
  virtual void opened(std::string_view name) = 0;
  virtual void closed(std::string_view) {}
  virtual void texts(std::string_view) {}
  // Of the element being opened; empty if it is not there.
  std::string_view value(std::string_view attribute) const {
    const auto at = std::ranges::find(attributes_, attribute, &named::first);
    return at == attributes_.end() ? std::string_view() : at->second;
  }

 private:
  static constexpr int depth_max = 200;
  using named = std::pair<std::string, std::string>;
  std::vector<named> attributes_;
  int depth_ = 0;
};

void parse_xml(std::string_view text, xml_handler& handler) {
  orcus::sax_parser<xml_handler>(text.data(), text.size(), handler).parse();
}

// The part that a relationship of `base` points at: absolute, or beside it.
std::string part_name(std::string_view base, std::string_view target) {
  if (target.starts_with('/')) return std::string(target.substr(1));
  std::string_view folder = base.substr(0, base.rfind('/') + 1);  // all of it or nothing
  while (target.starts_with("../")) {
    target.remove_prefix(3);
    if (!folder.empty()) folder.remove_suffix(1);
    folder = folder.substr(0, folder.rfind('/') + 1);
  }
  return std::string(folder) + std::string(target);
}

class relationships final : public xml_handler {
 public:
  explicit relationships(std::string base) : base_(std::move(base)) {}
  std::string by_id(std::string_view id) const { return find(&relation::id, id); }
  std::string by_kind(std::string_view kind) const { return find(&relation::kind, kind); }

 private:
  struct relation {
    std::string id, kind, part;
  };
  void opened(std::string_view name) override {
    if (name != "Relationship") return;
    const std::string_view type = value("Type");
    all_.push_back({std::string(value("Id")), std::string(type.substr(type.rfind('/') + 1)),
                    part_name(base_, value("Target"))});
  }
  std::string find(std::string relation::*key, std::string_view wanted) const {
    const auto at = std::ranges::find(all_, wanted, key);
    return at == all_.end() ? std::string() : at->part;
  }
  std::string base_;
  std::vector<relation> all_;
};

class sheet_list final : public xml_handler {
 public:
  std::vector<std::pair<std::string, std::string>> sheets;  // name, relationship

 private:
  void opened(std::string_view name) override {
    if (name == "sheet") sheets.emplace_back(value("name"), value("id"));
    const std::string_view date1904 = name == "workbookPr" ? value("date1904") : "";
    if (date1904 == "1" || date1904 == "true")
      throw unreadable{"dates are counted from 1904; save it with the 1900 system"};
  }
};

// Texts with their runs joined; readings of East Asian texts (rPh) are left out.
class shared_texts final : public xml_handler {
 public:
  std::vector<std::string> all;

 private:
  void opened(std::string_view name) override {
    if (name == "si") all.emplace_back();
    if (name == "rPh") reading_ = true;
    if (name == "t") in_text_ = !reading_;
  }
  void closed(std::string_view name) override {
    if (name == "rPh") reading_ = false;
    if (name == "t") in_text_ = false;
  }
  void texts(std::string_view text) override {
    if (in_text_ && !all.empty()) all.back() += text;
  }
  bool reading_ = false, in_text_ = false;
};

std::string decimal_text(std::string_view number) {
  double value = 0;
  const auto end = number.data() + number.size();
  const auto read = std::from_chars(number.data(), end, value);
  if (read.ec != std::errc() || read.ptr != end || !std::isfinite(value))
    throw unreadable{"a number that is none"};
  char buffer[400];
  const auto last = std::to_chars(buffer, buffer + sizeof buffer, value, std::chars_format::fixed);
  return {buffer, last.ptr};
}

class sheet_cells final : public xml_handler {
 public:
  explicit sheet_cells(std::size_t shared_texts) : shared_texts_(shared_texts) {}
  std::vector<stored_cell> cells;

 private:
  static constexpr std::uint32_t rows_max = 1'048'576;

  void opened(std::string_view name) override {
    if (name == "row") open_row();
    if (name == "c") open_cell();
    if (name == "rPh") reading_ = true;
    if (name == "v" || (name == "t" && !reading_)) in_text_ = true;
  }
  void closed(std::string_view name) override {
    if (name == "rPh") reading_ = false;
    if (name == "v" || name == "t") in_text_ = false;
    if (name == "c") close_cell();
    if (name == "row") ++row_;
  }
  void texts(std::string_view text) override {
    if (in_text_) text_ += text;
  }

  void open_row() {
    column_ = 0;
    if (const auto number = value("r"); !number.empty()) set(row_, number, rows_max);
  }
  // Without an address a cell stands behind the one before it.
  void open_cell() {
    type_ = value("t");
    text_.clear();
    const std::string_view address = value("r");
    if (address.empty()) return;
    const std::size_t digits = std::min(address.find_first_of("0123456789"), address.size());
    std::uint32_t column = 0;
    for (const char c : address.substr(0, digits)) {
      if (c < 'A' || c > 'Z' || column > table_columns_max) throw unreadable{bad_address};
      column = column * 26 + static_cast<std::uint32_t>(c - 'A' + 1);
    }
    if (column == 0) throw unreadable{bad_address};
    column_ = column - 1;
    set(row_, address.substr(digits), rows_max);
  }
  static void set(std::uint32_t& into, std::string_view number, std::uint32_t max) {
    std::uint32_t n = 0;
    const auto end = number.data() + number.size();
    const auto read = std::from_chars(number.data(), end, n);
    if (read.ec != std::errc() || read.ptr != end || n == 0 || n > max)
      throw unreadable{bad_address};
    into = n - 1;
  }
  void close_cell() {
    if (column_ >= table_columns_max) throw unreadable{bad_address};
    stored_cell cell{row_, column_++, {}};
    if (text_.empty()) return;
    if (type_ == "s") {
      std::uint32_t n = 0;
      const auto end = text_.data() + text_.size();
      const auto read = std::from_chars(text_.data(), end, n);
      if (read.ec != std::errc() || read.ptr != end || n >= shared_texts_)
        throw unreadable{"a text that the workbook does not hold"};
      cell.shared = n;
    } else if (type_ == "b") {
      cell.text = text_ == "1" ? "true" : "false";
    } else if (type_.empty() || type_ == "n") {
      cell.text = decimal_text(text_);
    } else {  // text of a formula, text in place, ISO date, error
      cell.text = text_;
    }
    cells.push_back(std::move(cell));
  }

  static constexpr const char* bad_address = "a cell or row address that is none";
  std::size_t shared_texts_;
  std::uint32_t row_ = 0, column_ = 0;
  std::string type_, text_;
  bool in_text_ = false, reading_ = false;
};

// The parts of the package by name.
class package {
 public:
  explicit package(std::string_view bytes)
      : stream_(reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()),
        archive_(&stream_) {
    archive_.load();
  }
  std::optional<std::string> part(const std::string& name) const {
    std::vector<unsigned char> buffer;
    if (name.empty() || !archive_.read_file_entry(name, buffer)) return std::nullopt;
    std::string text(buffer.begin(), buffer.end());
    text.resize(text.find_last_not_of('\0') + 1);  // the library adds one
    return text;
  }
  void parse(const std::string& name, xml_handler& handler) const {
    const auto text = part(name);
    if (!text) throw unreadable{"a part of the workbook is missing"};
    parse_xml(*text, handler);
  }
  relationships relations_of(const std::string& base) const {
    const std::size_t name = base.rfind('/') + 1;
    relationships found(base);
    parse(base.substr(0, name) + "_rels/" + base.substr(name) + ".rels", found);
    return found;
  }

 private:
  orcus::zip_archive_stream_blob stream_;
  orcus::zip_archive archive_;
};

std::uint32_t little_endian(std::string_view bytes, std::size_t at, int width) {
  std::uint32_t value = 0;
  for (int i = width - 1; i >= 0; --i)
    value = value << 8 | static_cast<unsigned char>(bytes[at + static_cast<std::size_t>(i)]);
  return value;
}

// The sum of the sizes that a zip file's directory declares; the library allocates as declared, so
// this is checked before it sees the file. Nothing if the directory cannot be followed.
std::optional<std::uint64_t> unpacked_bytes(std::string_view zip) {
  constexpr std::size_t end_record = 22, entry_record = 46;
  const std::size_t end = zip.rfind("PK\x05\x06");
  if (end == std::string_view::npos || zip.size() - end < end_record) return std::nullopt;
  const std::uint32_t entries = little_endian(zip, end + 10, 2);
  std::size_t at = little_endian(zip, end + 16, 4);
  std::uint64_t total = 0;
  for (std::uint32_t i = 0; i < entries; ++i) {
    if (at > end || end - at < entry_record || zip.substr(at, 4) != "PK\x01\x02")
      return std::nullopt;
    total += little_endian(zip, at + 24, 4);
    at += entry_record + little_endian(zip, at + 28, 2) + little_endian(zip, at + 30, 2) +
          little_endian(zip, at + 32, 2);
  }
  return total;
}

problem no_table(std::string what, std::uint64_t line = 0) {
  problem p(errc::bad_table, std::move(what));
  p.line = line;
  return p;
}

std::optional<problem> check_size(std::string_view bytes) {
  if (bytes.size() > workbook_bytes_max) return no_table("a workbook of more than 64 MiB");
  const auto unpacked = unpacked_bytes(bytes);
  if (!unpacked) return no_table("not an .xlsx workbook");
  if (*unpacked > workbook_unpacked_bytes_max)
    return no_table("a workbook of more than 256 MiB unpacked");
  return std::nullopt;
}

// Which part holds the sheet.
result<std::string> find_sheet(const sheet_list& list, const relationships& relations,
                               const std::string& wanted) {
  if (wanted.empty() && list.sheets.size() > 1)
    return problem{errc::bad_table, "the workbook has several sheets: name one", "sheet"};
  for (const auto& [name, id] : list.sheets)
    if (wanted.empty() || name == wanted) return relations.by_id(id);
  return problem{errc::bad_table, "the workbook has no sheet of this name", "sheet"};
}

result<sheet_content> read_content(std::string_view bytes, const std::string& wanted) {
  const package parts(bytes);
  const std::string workbook = parts.relations_of("").by_kind("officeDocument");
  const relationships relations = parts.relations_of(workbook);
  sheet_list list;
  parts.parse(workbook, list);
  const auto part = find_sheet(list, relations, wanted);
  if (!part) return part.error();
  shared_texts texts;
  if (const std::string name = relations.by_kind("sharedStrings"); !name.empty())
    parts.parse(name, texts);
  sheet_cells sheet(texts.all.size());
  parts.parse(*part, sheet);
  std::ranges::stable_sort(sheet.cells, {}, [](const stored_cell& c) {
    return std::pair(c.row, c.column);
  });
  return sheet_content{std::move(sheet.cells), std::move(texts.all)};
}

result<sheet_content> read_sheet(std::string_view bytes, const std::string& wanted) {
  try {
    return read_content(bytes, wanted);
  } catch (const unreadable& u) {
    return no_table(u.why);
  } catch (const std::bad_alloc&) {
    throw;
  } catch (const std::exception&) {
    // The library's texts may quote the file, so they are not passed on.
    return no_table("not an .xlsx workbook that can be read");
  }
}
}  // namespace

struct workbook_reader::state {
  std::vector<stored_cell> cells;
  std::vector<std::string> shared_texts;
  std::size_t at = 0;
  std::vector<std::string> header;

  // The cells of the next row that has any, without limit to the right.
  std::pair<std::size_t, std::size_t> next_row() {
    const std::size_t begin = at;
    while (at < cells.size() && cells[at].row == cells[begin].row) ++at;
    return {begin, at};
  }
  const std::string& text(const stored_cell& cell) const {
    return cell.shared ? shared_texts[*cell.shared] : cell.text;
  }
};

result<workbook_reader> workbook_reader::parse(std::string_view bytes,
                                               const workbook_options& options) {
  if (auto bad = check_size(bytes)) return *bad;
  auto content = read_sheet(bytes, options.sheet);
  if (!content) return content.error();
  auto s = std::make_unique<state>();
  s->cells = std::move(content->cells);
  s->shared_texts = std::move(content->shared_texts);
  std::erase_if(s->cells, [&](const stored_cell& c) { return s->text(c).empty(); });
  const auto above = [&](const stored_cell& c) {
    return static_cast<std::uint64_t>(c.row) + 1 < options.header_row;
  };
  const auto first = std::ranges::partition_point(s->cells, above);
  s->at = static_cast<std::size_t>(first - s->cells.begin());
  if (s->at == s->cells.size() ||
      static_cast<std::uint64_t>(s->cells[s->at].row) + 1 != options.header_row)
    return no_table("the header row is empty", options.header_row);
  const auto [begin, end] = s->next_row();
  table_row header{options.header_row, {}};
  header.cells.resize(static_cast<std::size_t>(s->cells[end - 1].column) + 1);
  for (std::size_t i = begin; i < end; ++i)
    header.cells[static_cast<std::size_t>(s->cells[i].column)] = s->text(s->cells[i]);
  if (auto bad = check_header(header)) return *bad;
  s->header = std::move(header.cells);
  return workbook_reader(std::move(s));
}

result<workbook_reader> workbook_reader::open(const std::string& path,
                                              const workbook_options& options) {
  std::ifstream in(path, std::ios::binary | std::ios::ate);
  if (!in) return problem{errc::bad_file, "cannot be opened"};
  const std::streamoff size = in.tellg();
  if (size < 0) return problem{errc::bad_file, "cannot be read"};
  if (static_cast<std::uint64_t>(size) > workbook_bytes_max)
    return no_table("a workbook of more than 64 MiB");
  std::string bytes(static_cast<std::size_t>(size), '\0');
  in.seekg(0);
  if (!in.read(bytes.data(), size)) throw world_error("reading the workbook failed");
  return parse(bytes, options);
}

result<std::optional<table_row>> workbook_reader::next() {
  if (state_->at == state_->cells.size()) return std::optional<table_row>{};
  const auto [begin, end] = state_->next_row();
  table_row row{static_cast<std::uint64_t>(state_->cells[begin].row) + 1, {}};
  if (static_cast<std::size_t>(state_->cells[end - 1].column) >= state_->header.size())
    return no_table("a cell beyond the header's columns", row.line);
  row.cells.resize(state_->header.size());
  std::size_t bytes = 0;
  for (std::size_t i = begin; i < end; ++i) {
    const std::string& text = state_->text(state_->cells[i]);
    bytes += text.size();
    if (text.size() > cell_bytes_max || bytes > row_bytes_max)
      return no_table("a cell of more than 65535 bytes or a row of more than 1 MiB", row.line);
    if (find_bad_utf8(text) != std::string::npos)
      return no_table("bytes that are not UTF-8", row.line);
    row.cells[state_->cells[i].column] = text;
  }
  return std::optional(std::move(row));
}

workbook_reader::workbook_reader(std::unique_ptr<state> s) : state_(std::move(s)) {}
workbook_reader::~workbook_reader() = default;
workbook_reader::workbook_reader(workbook_reader&&) noexcept = default;
workbook_reader& workbook_reader::operator=(workbook_reader&&) noexcept = default;
const std::vector<std::string>& workbook_reader::header() const { return state_->header; }

}  // namespace stegvis
