#pragma once
// Cells of CSV (RFC 4180), safe where a spreadsheet opens them.
#include <string>
#include <string_view>

namespace stegvis {

// Spreadsheets run a text that begins so as a formula.
bool looks_like_formula(std::string_view text);

// Appends the cell, in quotes where it needs them. A text that looks like a formula gets an
// apostrophe in front, unless programs alone read the file (`guarded` false).
void append_csv_cell(std::string& out, std::string_view text, char separator = ',',
                     bool guarded = true);

}  // namespace stegvis
