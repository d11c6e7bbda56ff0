#include "api/http/runs.hpp"

#include <sys/random.h>

#include <algorithm>

#include "api/evaluation_source.hpp"
#include "api/http/message.hpp"
#include "api/version.hpp"
#include "events/sha256.hpp"

namespace stegvis::http {
namespace {

constexpr std::size_t waiting_max = 8;
constexpr std::size_t kept_max = 32;

std::string random_id() {
  char bytes[12];
  if (::getrandom(bytes, sizeof bytes, 0) != sizeof bytes) throw world_error("no random numbers");
  return base64url({bytes, sizeof bytes});
}

bool has_ended(run_state s) {
  return s >= run_state::done;
}

}  // namespace

struct runs::run {
  run_view seen;  // guarded by the runs' mutex
  run_order order;
  std::stop_source stop;
};

std::string_view name_of(run_state s) {
  constexpr std::string_view names[] = {"waiting", "reading", "counting",
                                        "done",    "failed",  "cancelled"};
  return names[static_cast<std::size_t>(s)];
}

runs::runs(owned_ledger& owned)
    : owned_(owned), worker_([this](std::stop_token stop) { work(std::move(stop)); }) {}

runs::~runs() {
  worker_.request_stop();
  {
    const std::lock_guard lock(mutex_);
    for (const auto& r : runs_) r->stop.request_stop();
  }
  worker_.join();
}

result<std::string> runs::start(run_order order) {
  const std::lock_guard lock(mutex_);
  const auto waiting = std::ranges::count_if(
      runs_, [](const auto& r) { return r->seen.state == run_state::waiting; });
  if (waiting >= static_cast<std::ptrdiff_t>(waiting_max)) {
    return problem{errc::overloaded, "as many evaluations wait as may"};
  }
  auto r = std::make_shared<run>();
  r->seen.id = random_id();
  r->seen.definition = order.definition_name;
  r->seen.user = order.user;
  r->seen.compares = order.after != nullptr;
  r->seen.cut = order.question.cut;
  r->seen.as_of = order.question.as_of;
  r->order = std::move(order);
  r->order.question.stop = r->stop.get_token();
  runs_.push_back(r);
  forget_old();
  more_.notify_one();
  return r->seen.id;
}

void runs::forget_old() {
  for (auto it = runs_.begin(); runs_.size() > kept_max && it != runs_.end();) {
    if (has_ended((*it)->seen.state))
      it = runs_.erase(it);
    else
      ++it;
  }
}

std::optional<run_view> runs::find(const std::string& id) const {
  const std::lock_guard lock(mutex_);
  for (const auto& r : runs_) {
    if (r->seen.id == id) return r->seen;
  }
  return std::nullopt;
}

bool runs::cancel(const std::string& id) {
  const std::lock_guard lock(mutex_);
  for (const auto& r : runs_) {
    if (r->seen.id != id || has_ended(r->seen.state)) continue;
    r->stop.request_stop();
    if (r->seen.state == run_state::waiting) r->seen.state = run_state::cancelled;
    return true;
  }
  return false;
}

void runs::work(std::stop_token stop) {
  while (!stop.stop_requested()) {
    std::shared_ptr<run> chosen;
    {
      std::unique_lock lock(mutex_);
      const auto waits = [&] {
        return std::ranges::find_if(
            runs_, [](const auto& r) { return r->seen.state == run_state::waiting; });
      };
      if (!more_.wait(lock, stop, [&] { return waits() != runs_.end(); })) return;
      chosen = *waits();
      chosen->seen.state = run_state::reading;
    }
    work_on(*chosen);
  }
}

// What it counts goes to the run's view.
result<void> runs::compute(run& r, const evaluation_facts& facts) {
  if (r.order.after) {
    auto found = difference_of(*r.order.before, *r.order.after, facts, r.order.question);
    if (!found) return found.error();
    auto kept = std::make_shared<const difference>(std::move(*found));
    const std::lock_guard lock(mutex_);
    r.seen.changes = std::move(kept);
    return {};
  }
  auto made = evaluate(r.order.definition, facts, r.order.question);
  if (!made) return made.error();
  made->manifest.build = STEGVIS_VERSION;
  auto kept = std::make_shared<const evaluation_result>(std::move(*made));
  const std::lock_guard lock(mutex_);
  r.seen.result = std::move(kept);
  return {};
}

void runs::work_on(run& r) {
  const auto set_state = [&](auto&& change) {
    const std::lock_guard lock(mutex_);
    change(r.seen);
  };
  const auto fail = [&](const problem& p) {
    set_state([&](run_view& v) {
      v.state = r.stop.stop_requested() ? run_state::cancelled : run_state::failed;
      v.failure = p;
    });
  };
  try {
    const auto facts = facts_of(
        owned_, [&](position at) { set_state([&](run_view& v) { v.folded = at.value; }); });
    if (!facts) return fail(facts.error());
    set_state([](run_view& v) { v.state = run_state::counting; });
    const auto done = compute(r, *facts);
    if (r.stop.stop_requested()) return fail({errc::cancelled, "it was cancelled"});
    if (!done) return fail(done.error());
    set_state([](run_view& v) { v.state = run_state::done; });
  } catch (const std::exception&) {
    fail({errc::corrupt, "the evaluation failed"});
  }
}

}  // namespace stegvis::http
