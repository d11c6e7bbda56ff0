#pragma once
// What lists over everybody share: whom the reader sees, one after the other, and what there is to
// do about them.
#include "api/http/service.hpp"
#include "projections/worklists.hpp"

namespace stegvis::http {

// Visits the history of each person that the reader sees and that is known at the cut.
[[nodiscard]] result<void> each_history(
    call& c, const asked_view& asked,
    const std::function<void(const std::string& subject, const history&)>& visit);
[[nodiscard]] result<reference_view> references_at(call& c, const asked_view& asked);

// One row of a list, its place in the order, and whom it is about.
struct list_row {
  std::string key, subject, json;
};

}  // namespace stegvis::http
