#include "api/owned_ledger.hpp"

namespace stegvis {

status_view& owned_ledger::view() {
  const std::lock_guard lock(opening_);
  if (!view_) view_ = status_view::open(*book_, journey_view_name);
  return *view_;
}

result<status_view*> owned_ledger::view_at(position to,
                                           const std::function<void(position)>& progress) {
  status_view& folded = view();
  if (const auto r = folded.catch_up(*book_, to, fold_batch, progress); !r) return r.error();
  return &folded;
}

result<reference_facts> owned_ledger::references(position to) {
  const auto folded = view_at(to);
  if (!folded) return folded.error();
  reference_facts facts;
  for (const std::string_view kind : {"job/", "ladder/", "programme/", "unit/", "workplace/"}) {
    (*folded)->each(kind, [&](std::string_view subject, const journey& j) {
      facts.subjects.emplace(subject, j);
      return true;
    });
  }
  return facts;
}

}  // namespace stegvis
