#include "projections/situation.hpp"

#include <algorithm>
#include <map>
#include <tuple>

#include "events/catalogue.hpp"

namespace stegvis {
namespace {
int rank_of(claim_source s) {
  switch (s) {
    case claim_source::none:
      return 0;
    case claim_source::contact:
    case claim_source::survey:
      return 1;
    case claim_source::programme:
      return 2;
    case claim_source::register_:
      return 3;
  }
  return 0;
}

// Codes beyond what this build knows say nothing about work.
std::string_view value_of(std::uint8_t labour_status) {
  const auto codes = codes_of<work_status>();
  return labour_status < codes.size() ? codes[labour_status] : "unknown";
}
std::string_view plain_value(std::string_view text) {
  const auto codes = codes_of<work_status>();
  const auto found = std::ranges::find(codes, text);
  return found == codes.end() ? "unknown" : *found;
}
std::string_view value_of_destination(std::uint8_t code) {
  switch (static_cast<exit_destination>(code)) {
    case exit_destination::employed:
      return "employed";
    case exit_destination::education:
      return "education";
    case exit_destination::employment_service:
      return "unemployed";
    case exit_destination::retired:
      return "inactive";
    default:
      return "unknown";
  }
}

bool ends_an_enrolment(const history& h, position exit) {
  return std::ranges::find(h.enrolments, exit, &enrolment::exited_at) != h.enrolments.end();
}

void claim_facts(const history& h, std::vector<claim>& claims) {
  for (const auto& f : h.facts) {
    const auto& c = *f.content;
    claim x{.on = f.valid, .source = c.source, .order = f.order()};
    switch (c.kind) {
      case fact_kind::situation_recorded:
        x.scheme = c.key;
        x.value = c.key.empty() ? plain_value(c.text) : std::string_view(c.text);
        break;
      case fact_kind::follow_up_done:
        x.value = value_of(c.labour_status);
        break;
      case fact_kind::entry_situation_recorded:
        x.source = claim_source::programme;
        x.value = value_of(c.labour_status);
        break;
      case fact_kind::participant_exited:
        // An exit without effect (a second one, or before the start) claims nothing.
        if (c.code == no_code || !ends_an_enrolment(h, f.order())) continue;
        x.source = claim_source::programme;
        x.value = value_of_destination(c.code);
        break;
      default:
        continue;
    }
    claims.push_back(x);
  }
}

// A job's start says employed; the day from which no job runs any more says unknown.
void claim_jobs(const history& h, std::vector<claim>& claims) {
  day covered{-open_end.count};  // jobs run without a gap until then
  const episode* last = nullptr;
  const auto end_claim = [&] {
    if (last == nullptr || covered == open_end) return;
    claims.push_back({.on = covered, .source = claim_source::programme, .order = last->order});
  };
  std::map<position, day> ran_until;  // of each placement's last job segment so far
  for (const auto& e : h.episodes) {  // by first day
    if (e.kind != episode_kind::job) continue;
    if (last != nullptr && e.from > covered) end_claim();
    const auto [before, begins] = ran_until.try_emplace(e.order, e.to);
    if (begins || before->second != e.from) {
      claims.push_back(
          {.on = e.from, .value = "employed", .source = claim_source::programme, .order = e.order});
    }
    if (last == nullptr || e.to > covered) {
      covered = e.to;
      last = &e;
    }
    before->second = e.to;
  }
  end_claim();
}

bool is_unknown(const claim& c) {
  return c.scheme.empty() && c.value == "unknown";
}
}  // namespace

std::string_view name_of(claim_source s) {
  constexpr std::string_view names[] = {"", "contact", "survey", "programme", "register"};
  return names[static_cast<std::size_t>(s)];
}

std::vector<claim> claims_of(const history& h) {
  std::vector<claim> claims;
  claim_facts(h, claims);
  claim_jobs(h, claims);
  std::ranges::stable_sort(claims, {}, [](const claim& c) {
    return std::tuple(c.on, !is_unknown(c), rank_of(c.source), c.order);
  });
  std::vector<claim> winners;
  for (const claim& c : claims) {
    if (!winners.empty() && winners.back().on == c.on)
      winners.back() = c;
    else
      winners.push_back(c);
  }
  return winners;
}

claim claim_on(const std::vector<claim>& claims, day d) {
  const auto after = std::ranges::upper_bound(claims, d, {}, &claim::on);
  return after == claims.begin() ? claim{} : *std::prev(after);
}

std::vector<situation_episode> situation_episodes(const std::vector<claim>& claims) {
  std::vector<situation_episode> all;
  for (const claim& c : claims) {
    if (all.empty() || all.back().value != c.value || all.back().scheme != c.scheme) {
      if (!all.empty()) all.back().to = c.on;
      all.push_back({.from = c.on, .value = c.value, .scheme = c.scheme});
    }
    all.back().source = c.source;
    all.back().confirmed = c.on;
  }
  return all;
}

}  // namespace stegvis
