#include "api/http/metrics.hpp"

namespace stegvis::http {
namespace {

void family(std::string& out, std::string_view name, std::string_view kind, std::string_view help) {
  out += "# HELP " + std::string(name) + ' ' + std::string(help) + "\n# TYPE " + std::string(name) +
         ' ' + std::string(kind) + '\n';
}

void simple(std::string& out, std::string_view name, std::string_view kind, std::string_view help,
            std::int64_t value) {
  family(out, name, kind, help);
  out += std::string(name) + ' ' + std::to_string(value) + '\n';
}

// Exact for every whole number of microseconds.
std::string seconds(std::uint64_t us) {
  auto text = std::to_string(us % 1'000'000);
  text.insert(0, 6 - text.size(), '0');
  return std::to_string(us / 1'000'000) + '.' + text;
}

}  // namespace

void metrics::answered(std::string_view method, std::string_view pattern, int status,
                       std::chrono::microseconds took) {
  const std::lock_guard lock(mutex_);
  ++requests_[{std::string(method), std::string(pattern), status}];
  std::size_t bucket = 0;
  while (bucket < bounds_us.size() && took.count() > bounds_us[bucket]) ++bucket;
  ++took_[bucket];
  took_us_ += static_cast<std::uint64_t>(took.count());
  ++count_;
}

std::string metrics::text(const gauges& g) const {
  std::string out;
  simple(out, "stegvis_head_position", "gauge", "Last position anybody may see.",
         static_cast<std::int64_t>(g.head));
  simple(out, "stegvis_view_lag_events", "gauge", "Events the status view has not folded.",
         static_cast<std::int64_t>(g.view_lag));
  simple(out, "stegvis_disk_bytes", "gauge", "The ledger's folder on disk.",
         static_cast<std::int64_t>(g.disk_bytes));
  simple(out, "stegvis_http_connections", "gauge", "Connections open.", connections);
  simple(out, "stegvis_http_streams", "gauge", "Clients of the event stream.", streams);
  simple(out, "stegvis_http_queued", "gauge", "Requests waiting or at work.", queued);
  simple(out, "stegvis_http_overloaded_total", "counter", "Requests refused as too many.",
         static_cast<std::int64_t>(overloaded.load()));
  simple(out, "stegvis_http_refused_connections_total", "counter",
         "Connections refused as too many.", static_cast<std::int64_t>(refused_connections.load()));
  simple(out, "stegvis_appended_events_total", "counter", "Events appended over HTTP.",
         static_cast<std::int64_t>(appended_.load()));
  simple(out, "stegvis_access_recorded_total", "counter", "Reads of persons recorded.",
         static_cast<std::int64_t>(recorded_.load()));
  for (const auto& [name, value] : g.told) {
    const auto kind = name.find("_total") == name.npos ? "gauge" : "counter";
    const auto bare = std::string_view(name).substr(0, name.find('{'));
    if (out.find("# TYPE " + std::string(bare) + ' ') == out.npos)
      out += "# TYPE " + std::string(bare) + ' ' + kind + '\n';
    out += name + ' ' + std::to_string(value) + '\n';
  }
  const std::lock_guard lock(mutex_);
  family(out, "stegvis_http_requests_total", "counter", "Requests answered.");
  for (const auto& [key, n] : requests_) {
    const auto& [method, pattern, status] = key;
    out += "stegvis_http_requests_total{method=\"" + method + "\",path=\"" + pattern +
           "\",status=\"" + std::to_string(status) + "\"} " + std::to_string(n) + '\n';
  }
  family(out, "stegvis_http_request_seconds", "histogram", "From head to answer.");
  std::uint64_t sum = 0;
  for (std::size_t i = 0; i < took_.size(); ++i) {
    sum += took_[i];
    const auto bound = i < bounds_us.size() ? seconds(static_cast<std::uint64_t>(bounds_us[i]))
                                            : std::string("+Inf");
    out +=
        "stegvis_http_request_seconds_bucket{le=\"" + bound + "\"} " + std::to_string(sum) + '\n';
  }
  out += "stegvis_http_request_seconds_sum " + seconds(took_us_) + '\n';
  out += "stegvis_http_request_seconds_count " + std::to_string(count_) + '\n';
  return out;
}

}  // namespace stegvis::http
