#pragma once
// A field that is sealed before it reaches the log. `sealed<T, C>` has T's form and schema.
#include <string>
#include <type_traits>

#include "events/privacy.hpp"

namespace stegvis {

// `bytes` is the canonical JSON of the value while in clear, the ciphertext once sealed. Only
// sealed secrets can be stored; `ledger::unseal` opens them for showing.
struct secret_field {
  bool clear = false;
  std::string bytes;
};

template <class T, privacy C>
struct sealed : secret_field {
  static_assert(C != privacy::plain);
  using value_type = T;
  static constexpr privacy cls = C;
};

template <class T>
using background = sealed<T, privacy::background>;
template <class T>
using identity = sealed<T, privacy::identity>;
template <class T>
using contact = sealed<T, privacy::contact>;
template <class T>
using health = sealed<T, privacy::health>;
template <class T>
using freetext = sealed<T, privacy::freetext>;

}  // namespace stegvis
