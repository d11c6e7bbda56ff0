#include "api/ledger_copy.hpp"

#include "events/head_hashes.hpp"

namespace stegvis {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t batch_events = 5'000;

std::string canonical(const event& e) {
  std::string bytes;
  append_canonical(e, bytes);
  return bytes;
}

problem another(const fs::path& folder) {
  return {errc::already_exists,
          folder.string() + " holds another ledger, or one that has gone its own way"};
}

// Whether the copy is a beginning of the source.
result<void> check_beginning(const ledger& source, const ledger& copy) {
  const position at = copy.head();
  if (copy.id() != source.id() || at > source.head()) return another(copy.folder());
  if (at.value == 0) return {};
  const auto ours = source.read(at);
  if (!ours) return ours.error();
  const auto theirs = copy.read(at);
  if (!theirs) return theirs.error();
  if (canonical(*ours) != canonical(*theirs)) return another(copy.folder());
  return {};
}

// Appends in batches as they fill.
class copier {
 public:
  explicit copier(ledger& into) : into_(into) {}

  bool take(const event& e) {
    draft& d = waiting_.emplace_back();
    d.event = e;
    d.recorded = e.recorded;
    d.sequence = e.position;
    return waiting_.size() < batch_events || flush();
  }
  bool flush() {
    if (waiting_.empty()) return true;
    append_options how;
    how.atomic = false;
    how.keep_recorded = true;
    how.until_refused = true;
    const auto answers = into_.append(std::exchange(waiting_, {}), how);
    if (!answers)
      wrong_ = answers.error();
    else if (!answers->back())
      wrong_ = answers->back().error();
    return !wrong_;
  }
  const std::optional<problem>& wrong() const { return wrong_; }

 private:
  ledger& into_;
  std::vector<draft> waiting_;
  std::optional<problem> wrong_;
};

}  // namespace

result<ledger_copy> copy_ledger(const ledger& source, fs::path folder,
                                const copy_progress& progress) {
  ledger_options options;
  options.folder = folder;
  // The copy's own, which locks nothing but keys that it may get later.
  options.kek_file = folder.string() + ".kek";
  if (!fs::exists(folder / "head")) {
    const ledger_identity same{source.id(), source.epoch()};
    if (const auto made = ledger::create(options, same); !made) return made.error();
  }
  auto book = ledger::open(options);
  if (!book) return book.error();
  ledger_copy copy{std::move(*book), 0};
  if (const auto r = check_beginning(source, *copy.book); !r) return r.error();
  const position before = copy.book->head();
  const position whole = source.head();
  copier to(*copy.book);
  const auto scanned = source.scan(next(before), whole, [&](const event& e) {
    if (progress.show) progress.show(e.position, whole);
    return to.take(e) && !progress.stop.stop_requested();
  });
  if (!scanned) return scanned.error();
  if (!to.wrong()) to.flush();
  if (to.wrong()) return *to.wrong();
  copy.copied = copy.book->head().value - before.value;
  return copy;
}

result<digest> head_hash(const ledger& book, position to) {
  merkle_tree tree;
  if (const auto r = add_events(book, position{1}, to, tree); !r) return r.error();
  return tree.root();
}

}  // namespace stegvis
