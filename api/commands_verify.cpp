// Whether what the log holds is whole, and whether a result rests on it.
#include <CLI/CLI.hpp>
#include <map>

#include "api/commands.hpp"
#include "api/evaluation_question.hpp"
#include "api/json_line.hpp"
#include "events/merkle.hpp"
#include "projections/evaluations/federated.hpp"

namespace stegvis {
namespace {

// Walks the log once. Every event that `scan` gives was read, checksummed and decoded.
class verification {
 public:
  verification(const ledger& book, context& c)
      : book_(book), c_(c), head_(book.head()), shown_(c.io, "events", c.options.quiet) {}

  // Before the walk: also the root at that position is wanted.
  void want(position at) { wanted_[at.value] = tree_.root(); }
  // The first thing wrong, if any.
  result<void> walk(position to);
  std::string root() const { return hex(tree_.root()); }
  std::string root_at(position wanted) const { return hex(wanted_.at(wanted.value)); }
  std::uint64_t size() const { return tree_.size(); }
  bool interrupted() const { return interrupted_; }

 private:
  bool check(const event& e);

  const ledger& book_;
  context& c_;
  position head_;
  progress_line shown_;
  merkle_tree tree_;
  std::map<std::uint64_t, digest> wanted_;
  recorded_time last_{};
  std::string canonical_;
  std::optional<problem> wrong_;
  bool interrupted_ = false;
};

bool verification::check(const event& e) {
  const position expected{tree_.size() + 1};
  const auto fail = [&](std::string_view what) {
    wrong_ = problem{errc::corrupt,
                     "position " + std::to_string(expected.value) + ' ' + std::string(what)};
    return false;
  };
  if (c_.stop.stop_requested()) {
    interrupted_ = true;
    return false;
  }
  if (e.position != expected) return fail("is missing");
  if (e.recorded < last_) return fail("was recorded before the one ahead of it");
  if (book_.find(e.source, e.id) != e.position) return fail("is not found by its name");
  last_ = e.recorded;
  canonical_.clear();
  append_canonical(e, canonical_);
  tree_.add(canonical_);
  if (const auto at = wanted_.find(tree_.size()); at != wanted_.end()) at->second = tree_.root();
  shown_.show(expected.value, {expected.value, head_.value});
  return true;
}

result<void> verification::walk(position to) {
  const auto scanned = book_.scan(position{1}, to, [this](const event& e) { return check(e); });
  if (!scanned) return scanned.error();
  if (wrong_) return *wrong_;
  if (!interrupted_ && tree_.size() != to.value) {
    return problem{errc::corrupt, "position " + std::to_string(tree_.size() + 1) + " is missing"};
  }
  return {};
}

// Where the result in the file says that it stands in this ledger.
result<result_place> place_of(context& c, const std::string& file) {
  const auto r = read_result(c, file);
  if (!r) return r.error();
  const auto& book = c.book();
  if (("," + r->manifest.ledger + ",").find("," + book.id() + ",") == std::string::npos)
    return problem{errc::other_history,
                   file + " is of the ledger " + r->manifest.ledger + ", this is " + book.id()};
  const auto place = place_in(r->manifest, book.id());
  if (!place) return problem{errc::bad_argument, file + " tells no head hash"};
  if (place->cut > book.head().value)
    return problem{errc::other_history, file + " is of position " + std::to_string(place->cut) +
                                            ", this ledger ends at " +
                                            std::to_string(book.head().value)};
  return *place;
}

// What is kept of head hashes is derived from the log: where it differs it is dropped.
result<void> check_kept(head_hashes& hashes, position kept, const verification& v) {
  const auto root = hashes.at(kept);
  if (!root) return root.error();
  if (hex(*root) == v.root_at(kept)) return {};
  hashes.clear();
  return problem{errc::corrupt,
                 "the head hashes in index/tree were not the log's; they are made again from it. "
                 "The log itself is whole, but results since the last `verify` may tell a wrong "
                 "head hash"};
}

void tell(context& c, const verification& v, const std::optional<result_place>& place) {
  if (c.options.json) {
    json_line line;
    line.text("result", "ok")
        .number("events", v.size())
        .number("head", v.size())
        .text("head_hash", v.root());
    if (place) line.number("cut", place->cut).text("cut_hash", place->head_hash);
    c.io.out.put(line.end());
    return;
  }
  c.io.out.put("events read and decoded  " + std::to_string(v.size()) + ", without gaps\n");
  c.io.out.put("recorded times           never fall\n");
  c.io.out.put("names                    all found by the index\n");
  c.io.out.put("head hash                " + v.root() + "\n");
  if (place)
    c.io.out.put("the result               made of the first " + std::to_string(place->cut) +
                 " of these events, " + place->head_hash + "\n");
  c.io.out.put("OK\n");
}

result<exit_code> verify(context& c, const std::string& file) {
  std::optional<result_place> place;
  if (!file.empty()) {
    auto found = place_of(c, file);
    if (!found) return found.error();
    place = std::move(*found);
  }
  const position head = c.book().head();
  verification v(c.book(), c);
  head_hashes& hashes = c.owned->hashes();
  const position kept = hashes.covered();
  v.want(kept);
  if (place) v.want({place->cut});
  if (const auto r = v.walk(head); !r) return r.error();
  if (v.interrupted()) {
    c.complain("stegvis: interrupted after position " + std::to_string(v.size()) +
               "; nothing wrong up to there");
    return exit_code::interrupted;
  }
  if (const auto r = check_kept(hashes, kept, v); !r) return r.error();
  if (place && v.root_at({place->cut}) != place->head_hash)
    return problem{errc::other_history, "at position " + std::to_string(place->cut) +
                                            " the head hash is " + v.root_at({place->cut}) + ", " +
                                            file + " says " + place->head_hash};
  tell(c, v, place);
  return exit_code::done;
}

command_body declare_verify(CLI::App& app, common_options&) {
  const auto file = std::make_shared<std::string>();
  app.add_option("--result", *file,
                 "result.json of an evaluation: whether it was made of these events");
  return [file](context& c) { return verify(c, *file); };
}

}  // namespace

const command verify_command{"verify",
                             "read every event, check it and its names, print the head hash",
                             "stegvis verify sample\n"
                             "stegvis verify sample --result report/result.json",
                             ledger_need::open,
                             true,
                             true,
                             declare_verify};

}  // namespace stegvis
