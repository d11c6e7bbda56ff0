#include "events/head_hashes.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "events/crc32c.hpp"

namespace stegvis {
namespace {

constexpr std::string_view magic = "stegtree";
constexpr std::uint32_t version = 1;
constexpr std::size_t head_bytes = 32, record_bytes = 36;
constexpr std::uint64_t step_subtrees = 64;  // hashed before they are written

[[noreturn]] void fail(const char* what) {
  throw world_error(std::string("cannot ") + what + " index/tree: " + std::strerror(errno));
}

template <class T>
void put(std::string& into, T value) {
  for (std::size_t i = 0; i < sizeof value; ++i) into += static_cast<char>(value >> (8 * i) & 255);
}

std::string head_of(const ledger& of) {
  std::string head(magic);
  put(head, version);
  head += hex_decode(of.id()).value();
  put(head, crc32c(head));
  STEGVIS_ASSERT(head.size() == head_bytes);
  return head;
}

std::string record_of(std::uint64_t number, const digest& root) {
  std::string checked;
  put(checked, number);
  checked += as_text(root);
  std::string record(as_text(root));
  put(record, crc32c(checked));
  return record;
}

descriptor open_file(const std::filesystem::path& path) {
  std::filesystem::create_directories(path.parent_path());
  descriptor file(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666));
  if (!file) fail("open");
  return file;
}

std::string read_all(int file) {
  struct stat info {};
  if (::fstat(file, &info) != 0) fail("stat");
  std::string bytes(static_cast<std::size_t>(info.st_size), '\0');
  for (std::size_t done = 0; done < bytes.size();) {
    const auto n =
        ::pread(file, bytes.data() + done, bytes.size() - done, static_cast<off_t>(done));
    if (n < 0) fail("read");
    if (n == 0) bytes.resize(done);
    done += static_cast<std::size_t>(n);
  }
  return bytes;
}

void write_at(int file, std::string_view bytes, std::size_t at) {
  while (!bytes.empty()) {
    const auto n = ::pwrite(file, bytes.data(), bytes.size(), static_cast<off_t>(at));
    if (n < 0) fail("write");
    bytes.remove_prefix(static_cast<std::size_t>(n));
    at += static_cast<std::size_t>(n);
  }
}

void cut_back(int file, std::size_t bytes) {
  if (::ftruncate(file, static_cast<off_t>(bytes)) != 0) fail("cut back");
}

// Up to the first record that does not match its checksum.
std::vector<digest> roots_in(std::string_view records) {
  std::vector<digest> roots;
  for (; records.size() >= record_bytes; records.remove_prefix(record_bytes)) {
    digest root;
    std::copy_n(records.begin(), root.size(), root.begin());
    if (records.substr(0, record_bytes) != record_of(roots.size(), root)) break;
    roots.push_back(root);
  }
  return roots;
}

}  // namespace

result<void> add_events(const ledger& of, position first, position last, merkle_tree& to) {
  std::string canonical;
  auto expected = first.value;
  const auto scanned = of.scan(first, last, [&](const event& e) {
    if (e.position.value != expected) return false;
    canonical.clear();
    append_canonical(e, canonical);
    to.add(canonical);
    ++expected;
    return true;
  });
  if (!scanned) return scanned.error();
  if (expected == last.value + 1) return {};
  return problem{errc::corrupt, "position " + std::to_string(expected) + " is missing"};
}

head_hashes::head_hashes(const ledger& of)
    : of_(of), file_(open_file(of.folder() / "index" / "tree")) {
  load();
}

void head_hashes::load() {
  const auto head = head_of(of_);
  const auto bytes = read_all(file_.get());
  if (bytes.starts_with(head)) subtrees_ = roots_in(std::string_view(bytes).substr(head_bytes));
  const auto there = of_.head().value / subtree_events;
  subtrees_.resize(std::min<std::size_t>(subtrees_.size(), there));
  if (!subtrees_.empty() && !matches_log(subtrees_.size() - 1, subtrees_.back())) subtrees_.clear();
  if (!bytes.starts_with(head)) write_at(file_.get(), head, 0);
  cut_back(file_.get(), head_bytes + subtrees_.size() * record_bytes);
}

// What cannot be read is not confirmed; whoever asks for it meets the same, and tells of it.
bool head_hashes::matches_log(std::uint64_t number, const digest& root) const {
  const auto found = hash(number, number + 1);
  return found && found->front() == root;
}

// The roots of the subtrees from `first` on, without `end`.
result<std::vector<digest>> head_hashes::hash(std::uint64_t first, std::uint64_t end) const {
  std::vector<digest> roots;
  for (auto number = first; number < end; ++number) {
    merkle_tree tree;
    const position from{number * subtree_events + 1}, to{(number + 1) * subtree_events};
    if (const auto r = add_events(of_, from, to, tree); !r) return r.error();
    roots.push_back(tree.root());
  }
  return roots;
}

void head_hashes::keep(const std::vector<digest>& fresh) {
  auto number = covered().value / subtree_events;
  const auto at = head_bytes + number * record_bytes;
  std::string records;
  for (const digest& root : fresh) records += record_of(number++, root);
  write_at(file_.get(), records, at);
  const std::unique_lock lock(mutex_);
  subtrees_.insert(subtrees_.end(), fresh.begin(), fresh.end());
}

result<void> head_hashes::catch_up(position to) {
  const auto end = std::min(to, of_.head()).value / subtree_events;
  while (true) {
    const std::lock_guard one_at_a_time(hashing_);
    const auto first = covered().value / subtree_events;
    if (first >= end) return {};
    const auto fresh = hash(first, std::min(end, first + step_subtrees));
    if (!fresh) return fresh.error();
    keep(*fresh);
  }
}

result<digest> head_hashes::at(position at) {
  STEGVIS_ASSERT(at <= of_.head());
  if (const auto r = catch_up(at); !r) return r.error();
  merkle_tree tree;
  {
    const std::shared_lock lock(mutex_);
    const auto ready = std::min<std::size_t>(subtrees_.size(), at.value / subtree_events);
    for (std::size_t i = 0; i < ready; ++i) tree.add_subtree(subtrees_[i], subtree_events);
  }
  if (const auto r = add_events(of_, {tree.size() + 1}, at, tree); !r) return r.error();
  return tree.root();
}

position head_hashes::covered() const {
  const std::shared_lock lock(mutex_);
  return {subtrees_.size() * subtree_events};
}

void head_hashes::clear() {
  const std::lock_guard one_at_a_time(hashing_);
  const std::unique_lock lock(mutex_);
  subtrees_.clear();
  cut_back(file_.get(), head_bytes);
}

}  // namespace stegvis
