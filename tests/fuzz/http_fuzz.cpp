// Goal: no bytes on a connection crash the server, hang it, or make it fail. Method: a server on
// loopback over a small ledger; each input is sent on a connection of its own, which is then closed
// for writing; what comes back must be whole answers, and none that says the service failed.
#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <thread>

#include "api/http/server.hpp"
#include "events/ledger_vocabulary.hpp"

namespace {
using namespace stegvis;

class served_ledger {
 public:
  served_ledger() : service_(owned_, options()), server_(service_, listening()) {
    runner_ = std::jthread([this](std::stop_token stop) { server_.run(stop); });
  }
  std::uint16_t port() const { return server_.port(); }

 private:
  static std::unique_ptr<ledger> small(const std::filesystem::path& folder) {
    ledger_options o;
    o.folder = folder;
    ledger::create(o).value();
    auto made = std::move(ledger::open(o).value());
    made->append(test::drafts({test::enrolled("first", "participant/p-1")}), {}).value();
    return made;
  }
  static http::service_options options() {
    http::service_options o;
    o.token = "secret";
    o.who = {"kim", {role::admin, role::data_protection}, true, {}};
    return o;
  }
  static http::server_options listening() {
    http::server_options o;
    o.port = 0;
    o.deadline = std::chrono::milliseconds(200);
    return o;
  }

  test::scratch_folder folder_;
  owned_ledger owned_{small(folder_.path() / "ledger")};
  http::service service_;
  http::server server_;
  std::jthread runner_;
};

// With the length of what it holds, so that a changed body is read as one.
std::string with_true_length(std::string request) {
  constexpr std::string_view name = "Content-Length: ";
  const auto at = request.find(name), end = request.find("\r\n\r\n");
  if (at == request.npos || end == request.npos || at > end) return request;
  const auto first = at + name.size();
  const auto length = std::to_string(request.size() - end - 4);
  return request.replace(first, request.find('\r', first) - first, length);
}

std::string answer_to(std::uint16_t port, std::string_view request) {
  const int s = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_port = htons(port);
  to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const timeval longest{20, 0};
  ::setsockopt(s, SOL_SOCKET, SO_RCVTIMEO, &longest, sizeof longest);
  if (s < 0 || ::connect(s, reinterpret_cast<const sockaddr*>(&to), sizeof to) != 0) std::abort();
  ::send(s, request.data(), request.size(), MSG_NOSIGNAL);
  ::shutdown(s, SHUT_WR);
  std::string got;
  char part[4096];
  ssize_t n = 0;
  while ((n = ::recv(s, part, sizeof part, 0)) > 0) got.append(part, static_cast<std::size_t>(n));
  const bool hung = n < 0 && errno == EAGAIN;
  ::close(s);
  if (hung) std::abort();
  return got;
}

bool is_fine(const std::string& answer) {
  if (answer.empty()) return true;  // less than a request
  return answer.starts_with("HTTP/1.1 ") && answer.find("HTTP/1.1 500") == answer.npos;
}
}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static served_ledger served;
  const std::string given(reinterpret_cast<const char*>(data), size);
  for (const auto& request : {given, with_true_length(given)}) {
    const auto answer = answer_to(served.port(), request);
    if (is_fine(answer)) continue;
    std::fprintf(stderr, "%s\n=>\n%s\n", request.c_str(), answer.c_str());
    std::abort();
  }
  return 0;
}
