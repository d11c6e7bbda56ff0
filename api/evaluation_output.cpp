#include "api/evaluation_output.hpp"

#include <fstream>

#include "api/report/report.hpp"
#include "api/version.hpp"
#include "api/view_options.hpp"
#include "events/key_files.hpp"
#include "events/sha256.hpp"
#include "projections/evaluations/result_json.hpp"

namespace stegvis {
namespace {
void write_folder(context& c, const std::string& folder, const evaluation_result& r) {
  const auto path = c.path(folder);
  std::filesystem::create_directories(path / "excel");
  write_file(path / "report.html", html_report(r, language_of(c)));
  write_file(path / "result.json", to_json(r));
  for (const auto& file : csv_files(r, csv_dialect::rfc4180))
    write_file(path / file.name, file.bytes);
  for (const auto& file : csv_files(r, csv_dialect::swedish_excel))
    write_file(path / "excel" / file.name, file.bytes);
  c.say(c.swedish() ? "skrev report.html, result.json och tabeller i " + folder
                    : "wrote report.html, result.json and tables to " + folder);
}
}  // namespace

void write_file(const std::filesystem::path& file, std::string_view bytes) {
  const auto fresh = std::filesystem::path(file.string() + ".new");
  std::ofstream out(fresh, std::ios::binary | std::ios::trunc);
  out.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  out.close();
  if (!out) throw world_error("cannot write " + file.string());
  std::filesystem::rename(fresh, file);
}

void write_private_file(const std::filesystem::path& file, std::string_view bytes) {
  auto fresh = file;
  fresh += "." + hex(raw_key::random().bytes().first(8)) + ".new";
  write_new_file(fresh, bytes);
  std::filesystem::rename(fresh, file);
  sync_folder(std::filesystem::absolute(file).parent_path());
}

result<exit_code> show_result(context& c, evaluation_result r, const std::string& folder) {
  r.manifest.build = STEGVIS_VERSION;
  if (!folder.empty()) write_folder(c, folder, r);
  if (c.options.json)
    c.io.out.put(to_json(r));
  else
    print_result(r, c.io, language_of(c));
  return exit_code::done;
}

}  // namespace stegvis
