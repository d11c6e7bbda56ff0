#pragma once
// Evaluations, and comparisons of two, that run on while their asker waits: started, watched,
// cancelled, fetched. One runs at a time, on all cores; a few more wait their turn.
#include <condition_variable>
#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <thread>

#include "api/owned_ledger.hpp"
#include "projections/evaluations/difference.hpp"
#include "projections/evaluations/evaluate.hpp"

namespace stegvis::http {

enum class run_state : std::uint8_t { waiting, reading, counting, done, failed, cancelled };
std::string_view name_of(run_state);

struct run_view {
  std::string id{}, definition{}, user{};
  run_state state = run_state::waiting;
  position cut{};
  day as_of{};
  std::uint64_t folded = 0;  // events of the columns so far, while reading
  std::optional<problem> failure{};
  std::shared_ptr<const evaluation_result> result{};
  bool compares = false;  // two other results; then there are changes instead
  std::shared_ptr<const difference> changes{};
};

struct run_order {
  std::string definition_name{}, user{};
  stegvis::definition definition{};
  evaluation_question question{};
  // Both set: no evaluation, but why the second differs from the first.
  std::shared_ptr<const evaluation_result> before{}, after{};
};

// Thread safe. The destructor cancels what runs and waits for it.
class runs {
 public:
  explicit runs(owned_ledger& owned);
  ~runs();

  // The run's id. overloaded: too many wait.
  [[nodiscard]] result<std::string> start(run_order order);
  std::optional<run_view> find(const std::string& id) const;
  // false: there is none, or it has ended.
  bool cancel(const std::string& id);

 private:
  struct run;
  void work(std::stop_token stop);
  void work_on(run& r);
  [[nodiscard]] result<void> compute(run& r, const evaluation_facts& facts);
  void forget_old();

  owned_ledger& owned_;
  mutable std::mutex mutex_;
  std::condition_variable_any more_;
  std::list<std::shared_ptr<run>> runs_;  // oldest first
  std::jthread worker_;
};

}  // namespace stegvis::http
