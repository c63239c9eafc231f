// A server whose service is nothing at all, to be measured from outside beside nginx's `return 200`:
//   http_bench 8000 1 & wrk -t1 -c64 -d5s http://127.0.0.1:8000/
#include <fmt/format.h>

#include <csignal>
#include <cstdlib>

#include "redoubt/server.hpp"

namespace {

using redoubt::Request;
using redoubt::Response;

redoubt::Task<Response> answer(Request&) {
  Response response;
  response.content_type = "application/json";
  response.body = R"({"status":"ok"})";
  co_return response;
}

}  // namespace

int main(int argc, char** argv) {
  redoubt::ServerOptions options;
  if (argc > 1) options.port = static_cast<std::uint16_t>(std::atoi(argv[1]));
  options.threads = argc > 2 ? static_cast<std::size_t>(std::atoi(argv[2])) : 1;
  if (argc > 4) {
    options.tls_certificate_file = argv[3];
    options.tls_key_file = argv[4];
  }
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  redoubt::Server server(options, answer);
  server.start();
  fmt::print("listening on port {}\n", server.port());
  int signal = 0;
  sigwait(&signals, &signal);
  server.stop(std::chrono::seconds(5));
}
