#pragma once
#include <span>
#include <string>
#include <string_view>

namespace stegvis {

// The name that differs least from `text`; empty if none is near. For "did you mean".
std::string_view nearest_name(std::string_view text, std::span<const std::string_view> names);

// "unknown WHAT; did you mean NAME?", or without a near name the first 20 of them.
std::string unknown_name(std::string_view what, std::string_view text,
                         std::span<const std::string_view> names);

}  // namespace stegvis
