#include "api/main_import.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstring>

namespace stegvis {
namespace {

result<opened_lines> open_file(ledger& book, const import_job& job) {
  if (job.format != import_format::events) {
    const auto rules = parse_mapping(job.mapping);
    if (!rules) return rules.error();
    const auto kind = job.format == import_format::csv ? table_kind::csv : table_kind::workbook;
    return lines_of_table(book, job.file, kind, *rules, job.dry_run);
  }
  descriptor in(::open(job.file.c_str(), O_RDONLY | O_CLOEXEC));
  if (!in) return problem{errc::bad_file, std::strerror(errno)};
  return lines_of_events(std::move(in), job.stop);
}

result<void> check_mapping(std::string_view toml) {
  const auto rules = parse_mapping(toml);
  if (!rules) return rules.error();
  return {};
}

result<import_counts> run_import(ledger& book, const import_job& job) {
  const auto opened = open_file(book, job);
  if (!opened) return opened.error();
  const auto counts_of = [&](const import_totals& t) {
    const share read = opened->read();
    return import_counts{t.read,    t.appended, t.exists,  t.rejected,
                         t.pending, read.done,  read.whole};
  };
  import_options options;
  options.dry_run = job.dry_run;
  options.skip_rejected = job.skip_rejected;
  options.accept_clock = job.accept_clock;
  options.rejected = job.rejected;
  options.stop = job.stop;
  options.progress = [&](const import_totals& so_far) {
    if (job.progress) job.progress(counts_of(so_far));
  };
  const auto totals = import_events(book, opened->lines, options);
  if (!totals) return totals.error();
  return counts_of(*totals);
}

}  // namespace

opened_lines lines_of_events(descriptor in, std::stop_token stop) {
  const auto fd = std::make_shared<descriptor>(std::move(in));
  struct stat info {};
  const bool regular = ::fstat(fd->get(), &info) == 0 && S_ISREG(info.st_mode);
  const auto whole = static_cast<std::uint64_t>(regular ? info.st_size : 0);
  const auto input = std::make_shared<line_input>(fd->get(), std::move(stop));
  return opened_lines{[fd, input](source_line& into) {
                        auto line = input->next();
                        if (!line) return false;
                        into = {std::move(line->text), line->number, std::nullopt};
                        if (line->too_long) {
                          into.wrong = problem{errc::too_large, "a line of over 1 MiB"};
                        }
                        return true;
                      },
                      [input, whole] {
                        return share{input->bytes_read(), whole};
                      }};
}

const importer file_importer{check_mapping, run_import};

}  // namespace stegvis
