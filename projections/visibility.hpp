#pragma once
// Who sees a person. Decided by now, never by the cut or the day asked for: who is protected today
// is hidden in every past view too. Counts include everybody.

namespace stegvis {

// As opened from the subject's last handling_changed; the caller keeps it in memory. Without keys,
// anybody who has such an event counts as protected.
struct handling_state {
  bool is_protected = false;   // secrecy mark, protected registration or fictitious identity
  bool is_restricted = false;  // art. 18: also out of every evaluation run after it
};

// `confidential` is the named role, given by name on top of another.
enum class viewer { ordinary, confidential };

// Whether rows and search hits of the subject are shown; if not, there is no trace of them.
constexpr bool sees(viewer who, handling_state now) {
  return who == viewer::confidential || (!now.is_protected && !now.is_restricted);
}

}  // namespace stegvis
