#pragma once
// What a caseworker should look at on a day: items that leave by themselves once the right event
// is recorded. Pure; lists over everybody ask each journey in turn.
#include <string>
#include <string_view>
#include <vector>

#include "projections/reference_facts.hpp"
#include "projections/status.hpp"

namespace stegvis {

enum class worklist_kind;  // of the catalogue: the twelve lists

std::string_view code_of_list(worklist_kind);
std::string_view label_sv(worklist_kind);
std::string_view label_en(worklist_kind);

struct worklist_item {
  worklist_kind list{};
  std::string anchor{};      // id of what it is about; empty: the person
  std::string detail{};      // horizon of a follow-up, kind of what ends, ladder of a certificate
  day since{};               // when what it is about began
  day due{};                 // past days are overdue
  fact_kind cleared_by{};    // the event whose form clears it
  std::string caseworker{};  // responsible on the day: "me" of new_to_me
};

// The items on D as known at the cut, by (due, list, anchor); without what is deferred beyond D.
// Deceased and merged people have none, exited ones only follow-ups.
std::vector<worklist_item> worklists_of(const history&, const reference_view&, day d);

}  // namespace stegvis
