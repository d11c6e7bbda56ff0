#pragma once
// The extract of one person (registerutdrag, GDPR article 15): all that the ledger holds about the
// person, opened, and who has read it. A ZIP of extract.json and of readable pages in Swedish and
// English, without scripts and with every text escaped.
//
// Journeys that were merged into the person's are in it. Of lists of more than
// listed_subjects_max persons it says that the person may have been on them. What other persons'
// free texts say about this one cannot be told apart and is not in it.
#include <string>

#include "api/owned_ledger.hpp"

namespace stegvis {

// The archive's bytes. Whoever makes one has recorded the read before: then it is in it too.
// unknown_subject, access_unrecorded (the log cannot be read), corrupt, newer_version.
[[nodiscard]] result<std::string> extract_of(owned_ledger& owned, const std::string& subject);

}  // namespace stegvis
