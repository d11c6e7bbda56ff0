#pragma once
// The data of an event: one struct of the catalogue behind its description.
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "events/description.hpp"
#include "events/fields.hpp"
#include "events/time.hpp"

namespace stegvis {

// Owns one catalogue struct. Copyable; empty only after a move or by default.
class event_data {
 public:
  event_data() = default;
  explicit event_data(const type_description& t) : type_(&t), object_(t.create(), t.destroy) {}
  template <class T>
  requires(type_facts<T>::id > 0) explicit event_data(T value)
      : type_(&description_of<T>()), object_(new T(std::move(value)), type_->destroy) {}
  event_data(const event_data& o)
      : type_(o.type_),
        object_(o.type_ != nullptr ? o.type_->copy(o.object_.get()) : nullptr,
                o.object_.get_deleter()) {}
  event_data(event_data&&) noexcept = default;
  event_data& operator=(event_data o) noexcept {
    std::swap(type_, o.type_);
    std::swap(object_, o.object_);
    return *this;
  }

  bool empty() const { return type_ == nullptr; }
  const type_description& type() const { return *type_; }
  void* object() { return object_.get(); }
  const void* object() const { return object_.get(); }
  // The struct if it is a T, else nullptr.
  template <class T>
  const T* get() const {
    return type_ == &description_of<T>() ? static_cast<const T*>(object_.get()) : nullptr;
  }
  template <class T>
  T* get() {
    return type_ == &description_of<T>() ? static_cast<T*>(object_.get()) : nullptr;
  }

 private:
  const type_description* type_ = nullptr;
  std::unique_ptr<void, void (*)(void*)> object_{nullptr, [](void*) {}};
};

// The data of a correction. It can be checked only against its target's type, which the ledger
// knows: until `bind`, it holds the JSON as given; afterwards the target's struct.
class replacement {
 public:
  bool bound() const { return !data_.empty(); }
  const event_data& data() const { return data_; }
  event_data& data() { return data_; }
  // Reads the JSON as the target's type; false with context.error if it does not fit. Whether it
  // may hold sealed values was said when it came in, not by the context.
  bool bind(const type_description& target, read_context&);

 private:
  friend struct field_form<replacement>;
  std::string json_;
  bool sealed_allowed_ = false;  // as the door said when the JSON came
  event_data data_;
};

template <>
struct field_form<replacement> {
  static bool read(const json_value&, replacement&, read_context&);
  static void write(const replacement&, std::string& out);
  static void save(const replacement&, payload_writer&);
  static void load(replacement&, payload_reader&);
  static void schema(std::string& out) { out += R"({"type":"object"})"; }
};

// The valid time a correction moves its target to; written as `time` of an event, with day
// precision where it is a local midnight.
struct corrected_time {
  valid_time value;
};

template <>
struct field_form<corrected_time> {
  static bool read(const json_value&, corrected_time&, read_context&);
  static void write(const corrected_time&, std::string& out);
  static void save(const corrected_time&, payload_writer&);
  static void load(corrected_time&, payload_reader&);
  static void schema(std::string& out) { out += R"({"format":"date-time","type":"string"})"; }
};

}  // namespace stegvis
