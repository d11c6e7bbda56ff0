#pragma once
// Tables of text for people: columns as wide as their cells, the last one cut at the terminal.
#include <string>
#include <string_view>
#include <vector>

#include "api/streams.hpp"

namespace stegvis {

enum class text_style : std::uint8_t { plain, bold, dim, struck };
// The text as a terminal shows it in that style; unchanged without colour.
std::string styled(std::string_view text, text_style style, bool colour);

// Columns that UTF-8 text takes on a terminal, without East Asian wide characters.
std::size_t width_of(std::string_view text);
// At most `width` columns, cut with an ellipsis.
std::string cut_to(std::string_view text, std::size_t width);

class text_table {
 public:
  explicit text_table(std::vector<std::string> header) : rows_{{std::move(header), {}}} {}
  // As many cells as the header has.
  void add(std::vector<std::string> cells, text_style style = text_style::plain);
  std::size_t size() const { return rows_.size() - 1; }
  void print(streams& io) const;

 private:
  struct row {
    std::vector<std::string> cells;
    text_style style;
  };
  std::vector<row> rows_;
};

}  // namespace stegvis
