#include "api/import_job.hpp"

#include "api/csv_cell.hpp"

namespace stegvis {

std::string_view rejection_csv_header() {
  return "line,field,code,hint,message,file\n";
}

std::string rejection_csv(const problem& p) {
  std::string row = p.line > 0 ? std::to_string(p.line) : std::string();
  for (const std::string_view text : {std::string_view(p.field), name_of(p.code), hint_of(p.code),
                                      std::string_view(p.message), std::string_view(p.file)}) {
    row += ',';
    append_csv_cell(row, text);
  }
  return row + '\n';
}

}  // namespace stegvis
