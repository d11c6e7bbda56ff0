#include "api/text_table.hpp"

#include <algorithm>

#include "events/error.hpp"

namespace stegvis {
namespace {

constexpr std::string_view gap = "  ";

bool continues(char c) {
  return (static_cast<unsigned char>(c) & 0xc0) == 0x80;
}

}  // namespace

std::string styled(std::string_view text, text_style style, bool colour) {
  if (!colour || style == text_style::plain) return std::string(text);
  const std::string_view code = style == text_style::bold  ? "\x1b[1m"
                                : style == text_style::dim ? "\x1b[2m"
                                                           : "\x1b[2;9m";
  return std::string(code) + std::string(text) + "\x1b[0m";
}

std::size_t width_of(std::string_view text) {
  const auto starts = std::ranges::count_if(text, [](char c) { return !continues(c); });
  return static_cast<std::size_t>(starts);
}

std::string cut_to(std::string_view text, std::size_t width) {
  if (width_of(text) <= width) return std::string(text);
  if (width == 0) return {};
  std::size_t columns = 0, bytes = 0;
  while (bytes < text.size() && (columns < width - 1 || continues(text[bytes]))) {
    if (!continues(text[bytes])) ++columns;
    ++bytes;
  }
  return std::string(text.substr(0, bytes)) + "…";
}

void text_table::add(std::vector<std::string> cells, text_style style) {
  STEGVIS_ASSERT(cells.size() == rows_.front().cells.size());
  rows_.push_back({std::move(cells), style});
}

void text_table::print(streams& io) const {
  const auto columns = rows_.front().cells.size();
  std::vector<std::size_t> widths(columns, 0);
  for (const row& r : rows_) {
    for (std::size_t i = 0; i < columns; ++i) {
      widths[i] = std::max(widths[i], width_of(r.cells[i]));
    }
  }
  for (const row& r : rows_) {
    std::string line;
    for (std::size_t i = 0; i < columns; ++i) {
      if (i > 0) line += gap;
      line += r.cells[i];
      if (i + 1 < columns) line.append(widths[i] - width_of(r.cells[i]), ' ');
    }
    if (io.width > 0) line = cut_to(line, static_cast<std::size_t>(io.width));
    line.erase(line.find_last_not_of(' ') + 1);
    const auto style = &r == &rows_.front() ? text_style::bold : r.style;
    io.out.put(styled(line, style, io.colour)).put("\n");
  }
}

}  // namespace stegvis
