// Goal: no line of text crashes the event reader, and what it takes has one canonical form.
// Method: each input as a sender's line and as one with recorded times kept; the canonical bytes of
// what was taken must be taken again, and give themselves.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "events/catalogue.hpp"
#include "events/event.hpp"

namespace {
using namespace stegvis;

void require(bool holds) {
  if (!holds) std::abort();
}

// A correction's data is checked against its target's type, here an enrolment.
bool bound(event& e) {
  auto* c = e.data.get<event_corrected>();
  if (c == nullptr || !c->data) return true;
  read_context context;
  context.sealed_allowed = true;
  return c->data->bind(description_of<participant_enrolled>(), context);
}

std::string written(draft& d, bool keep) {
  std::string out;
  d.event.recorded = d.recorded.value_or(recorded_time{});
  d.event.position = d.sequence.value_or(position{1});
  if (keep) append_canonical(d.event, out);
  else append_content(d.event, out);
  return out;
}

void read(json_parser& parser, std::string_view line, bool keep) {
  auto first = parse_event(parser, line, {keep});
  if (!first) {
    require(!first.error().message.empty());
    return;
  }
  if (!bound(first->event)) return;
  const std::string once = written(*first, keep);
  auto second = parse_event(parser, once, {keep});
  require(second.has_value() && bound(second->event));
  require(written(*second, keep) == once);
}
}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static json_parser parser;
  const std::string_view line(reinterpret_cast<const char*>(data), size);
  read(parser, line, false);
  read(parser, line, true);
  return 0;
}
