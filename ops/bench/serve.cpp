// The server under a mixed load at a stated rate, beside a bare Beast echo under the same; what
// each client of the stream costs; the first page of a long timeline beside that of a short one.
#include <arpa/inet.h>
#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstdio>
#include <fstream>
#include <future>
#include <map>
#include <thread>

#include "events/json.hpp"
#include "ops/bench/measure.hpp"

namespace stegvis::bench {
namespace {

using clock = std::chrono::steady_clock;
constexpr int clients = 16, seconds = 10, stream_clients = 2'000;
constexpr std::size_t long_timeline = 20'000, short_timeline = 20, page_asks = 200;

// A process of ours and the first line that it prints. Ends with this object, and with the thread
// that made it, however that ends.
class child {
 public:
  explicit child(std::vector<std::string> command) {
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0) throw world_error("no pipe");
    std::vector<char*> arguments;
    for (auto& word : command) arguments.push_back(word.data());
    arguments.push_back(nullptr);
    const pid_t parent = ::getpid();
    pid_ = ::fork();
    if (pid_ == 0) {
      ::prctl(PR_SET_PDEATHSIG, SIGTERM);
      const bool orphaned = ::getppid() != parent;  // before it was asked to be told
      if (!orphaned && ::dup2(ends[1], STDOUT_FILENO) >= 0) ::execv(arguments[0], arguments.data());
      ::_exit(127);
    }
    ::close(ends[1]);
    if (pid_ < 0) throw world_error("cannot start " + command[0]);
    std::FILE* out = ::fdopen(ends[0], "r");
    std::array<char, 4096> text{};
    if (std::fgets(text.data(), text.size(), out) != nullptr) line_ = text.data();
    std::fclose(out);
  }
  child(const child&) = delete;
  child& operator=(const child&) = delete;
  ~child() {
    ::kill(pid_, SIGTERM);
    ::waitpid(pid_, nullptr, 0);
  }
  const std::string& line() const { return line_; }
  std::uint64_t memory() const {
    std::ifstream file("/proc/" + std::to_string(pid_) + "/statm");
    std::uint64_t size = 0, resident = 0;
    file >> size >> resident;
    return resident * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
  }

 private:
  pid_t pid_ = 0;
  std::string line_;
};

// A connection that stays.
class connection {
 public:
  explicit connection(std::uint16_t port)
      : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(port);
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (::connect(socket_, reinterpret_cast<const sockaddr*>(&to), sizeof to) != 0)
      throw world_error("cannot connect");
  }
  connection(connection&& other) noexcept : socket_(std::exchange(other.socket_, -1)) {}
  ~connection() {
    if (socket_ >= 0) ::close(socket_);
  }
  // The status of the answer, which is read whole.
  int ask(const std::string& request) {
    send(request);
    while (got_.find("\r\n\r\n") == got_.npos) read_more();
    const auto head = got_.find("\r\n\r\n") + 4;
    const auto field = got_.find("Content-Length: ");
    const auto length = field < head ? std::strtoull(&got_[field + 16], nullptr, 10) : 0;
    while (got_.size() < head + length) read_more();
    const int status = std::atoi(&got_[9]);
    got_.erase(0, head + length);
    return status;
  }
  void send(const std::string& request) {
    if (::send(socket_, request.data(), request.size(), MSG_NOSIGNAL) < 0)
      throw world_error("the connection broke");
  }
  // What has come, up to and with `end`.
  std::string read_to(std::string_view end) {
    while (got_.find(end) == got_.npos) read_more();
    return got_;
  }

 private:
  void read_more() {
    char part[16384];
    const auto n = ::recv(socket_, part, sizeof part, 0);
    if (n <= 0) throw world_error("the connection ended");
    got_.append(part, static_cast<std::size_t>(n));
  }
  int socket_;
  std::string got_;
};

struct target {
  std::uint16_t port = 0;
  std::string token;
};

std::string request_of(const target& to, const std::string& line, const std::string& body = {}) {
  std::string head = line + " HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer " + to.token + "\r\n";
  if (!body.empty()) {
    head += "Content-Type: application/cloudevents+json\r\nContent-Length: " +
            std::to_string(body.size()) + "\r\n";
  }
  return head + "\r\n" + body;
}

std::string event_about(const std::string& subject, const std::string& id) {
  return R"({"specversion":"1.0","source":"/bench","id":")" + id + R"(","subject":")" + subject +
         R"(","type":"stegvis.consent_given","time":"2019-01-01T00:00:00Z",)" +
         R"("data":{"purpose":"bench"}})";
}

// Of five requests one appends and two each ask a timeline and a status.
struct asked {
  const char* kind;
  std::string request;
};
asked nth_request(const target& to, const std::vector<std::string>& persons, std::size_t n) {
  const auto& person = persons[n * 7919 % persons.size()];
  const auto id = person.substr(person.find('/') + 1);
  switch (n % 5) {
    case 0:
      return {"append", request_of(to, "POST /v1/events", event_about(person, std::to_string(n)))};
    case 1:
    case 2:
      return {"timeline", request_of(to, "GET /v1/persons/" + id + "/timeline?limit=20")};
    default:
      return {"status", request_of(to, "GET /v1/persons/" + id + "/status")};
  }
}

using times_by_kind = std::map<std::string, std::vector<double>>;

// Each client asks when it is its time, whether or not the last answer came in time: an answer's
// time runs from when it should have been asked, in ms.
times_by_kind load(const target& to, const std::vector<std::string>& persons, unsigned rate) {
  const auto begin = clock::now() + std::chrono::milliseconds(50);
  const auto ask_as = [&](std::size_t client) {
    times_by_kind times;
    connection line(to.port);
    for (std::size_t n = client; n < std::size_t{rate} * seconds; n += clients) {
      const auto due = begin + std::chrono::microseconds(n * 1'000'000 / rate);
      const auto [kind, request] = nth_request(to, persons, n);
      std::this_thread::sleep_until(due);
      if (const int status = line.ask(request); status >= 300) {
        throw world_error("answered " + std::to_string(status));
      }
      const std::chrono::duration<double, std::milli> took = clock::now() - due;
      times[kind].push_back(took.count());
    }
    return times;
  };
  std::vector<std::future<times_by_kind>> asking;
  for (std::size_t c = 0; c < clients; ++c) {
    asking.push_back(std::async(std::launch::async, ask_as, c));
  }
  times_by_kind all;
  for (auto& one : asking) {
    for (const auto& [kind, times] : one.get())
      all[kind].insert(all[kind].end(), times.begin(), times.end());
  }
  return all;
}

void print_times(const std::string& what, const std::vector<double>& ours,
                 const std::vector<double>& base) {
  std::printf("%-20s", what.c_str());
  for (const double p : {0.5, 0.99, 0.999}) {
    std::printf("  p%-5g %8.2f ms (echo %6.2f)", 100 * p, percentile(ours, p), percentile(base, p));
  }
  std::printf("  of %zu\n", ours.size());
  std::fflush(stdout);
}

void measure_load(const target& ours, const target& echo, const std::vector<std::string>& persons) {
  for (const unsigned rate : {200U, 1'000U}) {
    const auto base = load(echo, persons, rate);
    const auto times = load(ours, persons, rate);
    std::printf("mixed load, %u requests/s on %d connections, %d s\n", rate, clients, seconds);
    for (const auto& [kind, of_kind] : times) print_times("  " + kind, of_kind, base.at(kind));
  }
}

void measure_streams(const target& to, const child& server) {
  const auto request =
      "GET /v1/events/stream?from=9007199254740992 HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer " +
      to.token + "\r\n\r\n";
  const auto before = server.memory();
  std::vector<connection> listening;
  for (int i = 0; i < stream_clients; ++i) {
    listening.emplace_back(to.port).send(request);
    listening.back().read_to("caught-up");
  }
  const double each = static_cast<double>(server.memory() - before) / stream_clients;
  print({"memory of each of 2,000 stream clients, bytes", each, "budget", 64 << 10, 0});
  connection one_more(to.port);
  std::printf("%-44s %d\n", "one client more is answered", one_more.ask(request));
}

double first_page_ms(const target& to, const std::string& id) {
  connection line(to.port);
  std::vector<double> ms;
  const auto request = request_of(to, "GET /v1/persons/" + id + "/timeline?limit=20");
  for (std::size_t i = 0; i < page_asks; ++i) {
    ms.push_back(1e3 * seconds_of([&] { line.ask(request); }));
  }
  return median(ms);
}

void append_many(const target& to, const std::string& id, std::size_t events) {
  connection line(to.port);
  constexpr std::size_t batch = 500;
  for (std::size_t n = 0; n < events; n += batch) {
    std::string body;
    for (std::size_t i = n; i < std::min(n + batch, events); ++i) {
      body += (body.empty() ? "[" : ",") +
              event_about("participant/" + id, id + '-' + std::to_string(i));
    }
    auto request = request_of(to, "POST /v1/events", body + ']');
    request.replace(request.find("cloudevents+json"), 16, "cloudevents-batch+json");
    if (line.ask(request) != 201) throw world_error("the batch was refused");
  }
}

void measure_pages(const target& to) {
  append_many(to, "p-long", long_timeline);
  append_many(to, "p-short", short_timeline);
  const double shorter = first_page_ms(to, "p-short"), longer = first_page_ms(to, "p-long");
  print({"first page of 20,000 events, us", 1e3 * longer, "first page of 20 events, us",
         1e3 * shorter, 0});
}

std::vector<std::string> make_ledger(const std::filesystem::path& folder,
                                     std::uint64_t participants) {
  ledger_options options;
  options.folder = folder;
  ledger::create(options).value();
  const auto l = std::move(ledger::open(options).value());
  import_lines(*l, simulated_lines(participants));
  return l->subjects("participant/");
}

target read_address(const std::string& line) {
  json_parser parser;
  const auto told = parser.parse(line);
  if (!told) throw world_error("the server did not start");
  target to;
  auto take = [&](std::string_view name, json_value value) {
    if (name == "port") to.port = static_cast<std::uint16_t>(value.integer());
    if (name == "token") to.token = value.text();
    return true;
  };
  told->each_member(take);
  return to;
}

}  // namespace

void run_serve(std::uint64_t participants, const std::filesystem::path& here) {
  rlimit files{};
  ::getrlimit(RLIMIT_NOFILE, &files);
  files.rlim_cur = files.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &files);
  const work_folder folder("serve");
  const auto persons = make_ledger(folder.path() / "ledger", participants);
  const child server({here.parent_path() / "stegvis", "serve", folder.path() / "ledger", "--json",
                      "--quiet", "--listen", "127.0.0.1:0", "--role", "admin", "--role",
                      "confidential", "--streams-max", std::to_string(stream_clients),
                      "--connections-max", "4096"});
  const child echo({here, "echo", "1500"});
  const target ours = read_address(server.line());
  const target base{static_cast<std::uint16_t>(std::atoi(echo.line().c_str())), "none"};
  measure_load(ours, base, persons);
  measure_pages(ours);
  measure_streams(ours, server);
}

}  // namespace stegvis::bench
