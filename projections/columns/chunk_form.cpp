// The stored form of a chunk: README.md has the layout.
#include <memory>
#include <tuple>

#include "projections/columns/chunk_maker.hpp"
#include "projections/numbers.hpp"

namespace stegvis {
namespace {
constexpr char form_version = 1;

std::uint64_t wide(std::int32_t v) {
  return static_cast<std::uint64_t>(std::int64_t{v});
}

// Appends columns of numbers by way of a buffer that holds any of them.
class column_writer {
 public:
  column_writer(std::string& out, std::size_t rows)
      : out_(out),
        rows_(rows),
        buffer_(std::make_unique_for_overwrite<char[]>(rows * number_bytes_max)) {}
  template <class Number>  // std::uint64_t(std::size_t row)
  void column(Number&& number) {
    char* next = buffer_.get();
    for (std::size_t i = 0; i < rows_; ++i) {
      std::uint64_t v = number(i);
      for (; v >= 0x80; v >>= 7) *next++ = static_cast<char>(v | 0x80);
      *next++ = static_cast<char>(v);
    }
    out_.append(buffer_.get(), next);
  }
  // A column that is 0 in most rows: how many others, then for each the rows since the one before
  // and the number.
  template <class Number>
  void sparse(Number&& number) {
    std::size_t others = 0;
    for (std::size_t i = 0; i < rows_; ++i) others += number(i) != 0;
    number_writer w(out_);
    w.number(others);
    std::size_t next = 0;
    for (std::size_t i = 0; others > 0; ++i) {
      const std::uint64_t v = number(i);
      if (v == 0) continue;
      w.number(i - next);
      w.number(v);
      next = i + 1;
      --others;
    }
  }

 private:
  static constexpr std::size_t number_bytes_max = 10;
  std::string& out_;
  std::size_t rows_;
  std::unique_ptr<char[]> buffer_;
};

std::uint64_t step_of(std::uint64_t to, std::uint64_t from) {
  return zigzag(static_cast<std::int64_t>(to - from));
}

void write_days(const column_chunk& c, column_writer& w) {
  w.column([&](std::size_t i) { return step_of(wide(c.valid[i]), wide(i ? c.valid[i - 1] : 0)); });
  w.column([&](std::size_t i) { return step_of(wide(c.recorded_day[i]), wide(c.valid[i])); });
  w.sparse([&](std::size_t i) { return step_of(wide(c.dated_on[i]), wide(c.recorded_day[i])); });
  w.sparse([&](std::size_t i) {
    const bool none = c.until[i] == column_chunk::no_until;
    return none ? 0 : 1 + step_of(wide(c.until[i]), wide(c.valid[i]));
  });
}

void write_positions(const column_chunk& c, column_writer& w) {
  w.column([&](std::size_t i) { return step_of(c.order[i], i ? c.order[i - 1] : 0); });
  w.sparse([&](std::size_t i) { return c.known_from[i] - c.order[i]; });
  w.sparse([&](std::size_t i) {
    return c.known_to[i] == still_known ? 0 : c.known_to[i] - c.known_from[i];
  });
}

void write_sealed(const std::vector<sealed_value>& sealed, number_writer& w) {
  for (const sealed_value& s : sealed) {
    w.number(s.row);
    w.byte(s.field);
    w.byte(static_cast<std::uint8_t>(s.cls));
    w.text(s.name);
    w.text(s.field_name);
    w.text(s.bytes);
  }
}

// Reads one chunk, checking what its readers take for granted.
class chunk_reader {
 public:
  chunk_reader(std::string_view bytes, const chunk_limits& limits)
      : r_(bytes), limits_(limits) {}
  column_chunk read() {
    if (r_.byte() != form_version) throw bad_numbers{};
    read_journeys();
    for (auto& v : sized(c_.content))
      v = static_cast<std::uint32_t>(r_.number_up_to(last_entry()));
    read_days();
    read_positions();
    for (auto* ids : {&c_.key, &c_.enrolment, &c_.link}) sized(*ids);
    sized(c_.flags);
    each_row([&](std::size_t row, std::uint64_t ids) {
      c_.key[row] = static_cast<std::uint32_t>(r_.number_up_to(ids));
    });
    each_row([&](std::size_t row, std::uint64_t ids) {
      c_.enrolment[row] = static_cast<std::uint32_t>(r_.number_up_to(ids));
    });
    read_links();
    sparse([&](std::size_t row, std::uint64_t v) {
      if (v > (column_chunk::copied_flag | column_chunk::opening_flag)) throw bad_numbers{};
      c_.flags[row] = static_cast<std::uint8_t>(v);
    });
    for (const auto& j : c_.journeys) {
      check_order(j);
      read_sealed(j);
    }
    if (!r_.done()) throw bad_numbers{};
    std::tie(c_.sealed, c_.sealed_bytes) = sealed_list_.take();
    return std::move(c_);
  }

 private:
  template <class T>
  std::vector<T>& sized(std::vector<T>& column) {
    column.resize(rows_);
    return column;
  }
  std::uint64_t last_entry() const {
    if (limits_.dictionary.empty()) throw bad_numbers{};
    return limits_.dictionary.size() - 1;
  }
  // Calls `set(row, number)` for each row whose number is not 0.
  template <class Set>
  void sparse(Set&& set) {
    std::uint64_t next = 0;
    for (auto others = r_.number_up_to(rows_); others > 0; --others) {
      const auto row = next + r_.number_up_to(rows_);
      const auto v = r_.number();
      if (row >= rows_ || v == 0) throw bad_numbers{};
      set(row, v);
      next = row + 1;
    }
  }
  // Calls `set(row, how many ids its journey has)`.
  template <class Set>
  void each_row(Set&& set) {
    for (std::size_t i = 0; i < c_.journeys.size(); ++i) {
      const auto& j = c_.journeys[i];
      for (std::uint32_t row = j.first; row < j.first + j.count; ++row) set(row, ids_[i]);
    }
  }
  std::int32_t day_count(std::uint64_t wide_count) const {
    const auto v = static_cast<std::int64_t>(wide_count);
    if (v <= INT32_MIN || v > INT32_MAX) throw bad_numbers{};
    return static_cast<std::int32_t>(v);
  }
  void read_journeys();
  void read_days();
  void read_positions();
  void read_links();
  void read_sealed(const column_chunk::journey_rows&);
  void check_order(const column_chunk::journey_rows&) const;

  number_reader r_;
  const chunk_limits& limits_;
  column_chunk c_;
  sealed_list sealed_list_;
  std::vector<std::uint64_t> ids_;  // how many each journey has
  std::size_t rows_ = 0;
  std::uint64_t sealed_ = 0;
};

void chunk_reader::read_journeys() {
  const auto count = r_.count();
  const auto bytes_left = r_.left();
  for (std::size_t i = 0; i < count; ++i) {
    column_chunk::journey_rows j;
    j.subject = r_.text();
    j.first = static_cast<std::uint32_t>(rows_);
    // A row takes at least six bytes, and so does a sealed value.
    j.count = static_cast<std::uint32_t>(r_.number_up_to(bytes_left));
    j.first_sealed = static_cast<std::uint32_t>(sealed_);
    j.sealed_count = static_cast<std::uint32_t>(r_.number_up_to(bytes_left));
    rows_ += j.count;
    sealed_ += j.sealed_count;
    if (j.count == 0 || rows_ > bytes_left || sealed_ > bytes_left) throw bad_numbers{};
    number_reader ids(r_.text());
    ids_.push_back(ids.count());
    for (std::uint64_t n = ids_.back(); n > 0; --n)
      if (ids.text().empty()) throw bad_numbers{};
    if (!ids.done()) throw bad_numbers{};
    c_.journeys.push_back(std::move(j));
  }
}

void chunk_reader::read_days() {
  std::uint64_t before = 0;
  for (auto& v : sized(c_.valid)) {
    before = r_.difference(before);
    v = day_count(before);
  }
  sized(c_.recorded_day);
  for (std::size_t i = 0; i < rows_; ++i)
    c_.recorded_day[i] = day_count(r_.difference(wide(c_.valid[i])));
  c_.dated_on = c_.recorded_day;
  sparse([&](std::size_t row, std::uint64_t v) {
    c_.dated_on[row] = day_count(wide(c_.dated_on[row]) + static_cast<std::uint64_t>(unzigzag(v)));
  });
  c_.until.assign(rows_, column_chunk::no_until);
  sparse([&](std::size_t row, std::uint64_t v) {
    c_.until[row] = day_count(wide(c_.valid[row]) + static_cast<std::uint64_t>(unzigzag(v - 1)));
  });
}

void chunk_reader::read_positions() {
  std::uint64_t before = 0;
  const auto last = limits_.checkpoint.value;
  for (auto& v : sized(c_.order)) {
    v = before = r_.difference(before);
    if (v == 0 || v > last) throw bad_numbers{};
  }
  c_.known_from = c_.order;
  sparse([&](std::size_t row, std::uint64_t v) {
    if (v > last - c_.order[row]) throw bad_numbers{};
    c_.known_from[row] += v;
  });
  c_.known_to.assign(rows_, still_known);
  sparse([&](std::size_t row, std::uint64_t v) {
    if (v > last - c_.known_from[row]) throw bad_numbers{};
    c_.known_to[row] = c_.known_from[row] + v;
  });
}

void chunk_reader::read_links() {
  std::size_t journey = 0;
  sparse([&](std::size_t row, std::uint64_t v) {
    while (row >= c_.journeys[journey].first + c_.journeys[journey].count) ++journey;
    if (v > ids_[journey]) throw bad_numbers{};
    c_.link[row] = static_cast<std::uint32_t>(v);
  });
}

void chunk_reader::check_order(const column_chunk::journey_rows& j) const {
  for (std::uint32_t row = j.first + 1; row < j.first + j.count; ++row) {
    const auto place = [&](std::uint32_t at) {
      return std::tuple(c_.valid[at], c_.order[at], c_.known_from[at]);
    };
    if (place(row - 1) >= place(row)) throw bad_numbers{};
  }
}

void chunk_reader::read_sealed(const column_chunk::journey_rows& j) {
  std::uint64_t before = 0;
  for (std::uint32_t i = 0; i < j.sealed_count; ++i) {
    sealed_value s;
    s.row = static_cast<std::uint32_t>(r_.number_up_to(j.count - 1));
    const auto& type = *limits_.dictionary[c_.content[j.first + s.row]]->type;
    s.field = r_.byte();
    if (s.row < before || s.field >= type.fields.size()) throw bad_numbers{};
    before = s.row;
    s.cls = static_cast<privacy>(r_.byte());
    if (s.cls == privacy::plain || s.cls != type.fields[s.field].cls) throw bad_numbers{};
    s.name = r_.text();
    s.field_name = r_.text();
    s.bytes = r_.text();
    sealed_list_.add(s);
  }
}
}  // namespace

std::size_t chunk_maker::stored_bytes() const {
  return rows() * 20 + chunk_.journeys.size() * 40 + ids_.size() + sealed_.size() * 6 +
         sealed_.bytes();
}

std::string chunk_maker::stored() const {
  const column_chunk& c = chunk_;
  std::string out;
  out.reserve(stored_bytes());
  number_writer w(out);
  w.byte(form_version);
  w.number(c.journeys.size());
  for (std::size_t i = 0; i < c.journeys.size(); ++i) {
    const auto& j = c.journeys[i];
    w.text(j.subject);
    w.number(j.count);
    w.number(j.sealed_count);
    w.text(ids(i));
  }
  column_writer columns(out, rows());
  columns.column([&](std::size_t row) { return c.content[row]; });
  write_days(c, columns);
  write_positions(c, columns);
  columns.column([&](std::size_t row) { return c.key[row]; });
  columns.column([&](std::size_t row) { return c.enrolment[row]; });
  columns.sparse([&](std::size_t row) { return c.link[row]; });
  columns.sparse([&](std::size_t row) { return c.flags[row]; });
  write_sealed(sealed_.values(), w);
  return out;
}

result<column_chunk> read_chunk(std::string_view stored, const chunk_limits& limits) {
  if (stored.empty()) return problem{errc::corrupt, "a stored chunk is empty"};
  if (stored.front() > form_version) return problem{errc::newer_version, "stored chunk"};
  try {
    return chunk_reader(stored, limits).read();
  } catch (const bad_numbers&) {
    return problem{errc::corrupt, "a stored chunk does not decode"};
  }
}

std::vector<std::string_view> stored_ids(std::string_view stored) {
  number_reader r(stored);
  std::vector<std::string_view> all;
  r.byte();
  for (auto n = r.count(); n > 0; --n) {
    r.text();
    r.number();
    r.number();
    all.push_back(r.text());
  }
  return all;
}

void read_ids(std::string_view ids, id_list& into) {
  number_reader r(ids);
  for (auto n = r.count(); n > 0; --n) into.add(r.text());
}

}  // namespace stegvis
