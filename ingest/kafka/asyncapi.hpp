#pragma once
// A ledger's topics as an AsyncAPI 3.0 document: made of the same descriptions as the events and
// of the same settings as the topics.
#include <cstdint>
#include <string>
#include <string_view>

namespace stegvis {

// One JSON object, a line. `stem` is the topics' name, `partitions` that of `.events`.
std::string asyncapi_document(std::string_view stem, std::int32_t partitions,
                              std::string_view version);

}  // namespace stegvis
