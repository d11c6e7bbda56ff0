#include "projections/evaluations/kernel_calendar.hpp"

#include "events/error.hpp"

namespace stegvis {

kernel_calendar::kernel_calendar() {
  for (int month = 0; month < 12 * years; ++month) {
    const int year = first_year + month / 12;
    const day first = make_day(year, static_cast<unsigned>(month % 12 + 1), 1);
    const int length = add_months(first, 1) - first;
    first_of_.push_back(first.count);
    lengths_.push_back(static_cast<std::uint8_t>(length));
    for (int dom = 1; dom <= length; ++dom)
      days_.push_back({static_cast<std::int16_t>(month), static_cast<std::uint8_t>(dom)});
  }
  STEGVIS_ASSERT(first_of_.front() == first_day && days_.size() == index(end_day));
}

const kernel_calendar& kernel_calendar::get() {
  static const kernel_calendar made;
  return made;
}

}  // namespace stegvis
