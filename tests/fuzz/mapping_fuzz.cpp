// Goal: no bytes crash the reader of mappings, and what it accepts can be run on a row.
// Method: libFuzzer. An accepted mapping is given a table with just the columns that it names, once
// with empty cells and once with a cell that is a date, a number and a text for most rules.
#include "ingest/mapping.hpp"

#include "events/error.hpp"
#include "ingest/table_events.hpp"

namespace {
using namespace stegvis;

table_events_options fixed_answers() {
  table_events_options options;
  options.person_subject = [](std::string_view, std::string_view,
                              std::string_view) -> result<std::string> {
    return std::string("participant/p-1");
  };
  options.event_id = [](std::string_view) { return std::string("e-1"); };
  return options;
}
}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto m = parse_mapping({reinterpret_cast<const char*>(data), size});
  if (!m) {
    STEGVIS_ASSERT(m.error().code == errc::bad_mapping && !m.error().message.empty());
    return 0;
  }
  auto events = table_events::make(*m, m->columns, fixed_answers());
  if (!events) return 0;
  for (const std::string cell : {"", "2018", "20180301"}) {
    const auto got = events->read({2, std::vector<std::string>(m->columns.size(), cell)});
    if (!got) STEGVIS_ASSERT(got.error().line == 2);
  }
  return 0;
}
