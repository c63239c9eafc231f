#include "redoubt/server.hpp"

#include <sys/socket.h>

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ip/v6_only.hpp>
#include <condition_variable>
#include <thread>

#include "net/admission.hpp"
#include "net/completion.hpp"
#include "net/connection.hpp"
#include "net/loop.hpp"
#include "net/tcp_stream.hpp"
#include "net/tls.hpp"

namespace redoubt {

namespace {

using boost::asio::ip::tcp;
using namespace std::chrono_literals;
using ReusePort = boost::asio::detail::socket_option::boolean<SOL_SOCKET, SO_REUSEPORT>;

constexpr int listen_backlog = 4096;   // the kernel takes the smaller of this and net.core.somaxconn
constexpr auto accept_pause = 100ms;   // when the process has no file descriptor left, say
constexpr auto cut_off_patience = 1s;  // for connections to end once their operations are cancelled

IpAddress to_ip(const boost::asio::ip::address& address) {
  return address.is_v4() ? IpAddress::v4(address.to_v4().to_bytes()) : IpAddress::v6(address.to_v6().to_bytes());
}

// Lanes share their port (SO_REUSEPORT), and would share it with another process of the same user as well: two services
// would each get a part of the requests. Throws boost::system::system_error when somebody listens there.
void require_free(const tcp::endpoint& endpoint) {
  boost::asio::io_context io;
  tcp::acceptor probe(io, endpoint.protocol());
  probe.set_option(tcp::acceptor::reuse_address(true));
  if (endpoint.protocol() == tcp::v6()) probe.set_option(boost::asio::ip::v6_only(false));
  probe.bind(endpoint);
}

std::string overload_answer(std::string_view prepared_fields) {
  constexpr std::string_view body = R"({"detail": "Too many connections."})";
  return fmt::format(
      "HTTP/1.1 503 Service Unavailable\r\nContent-Type: application/json\r\nContent-Length: {}\r\nRetry-After: 1\r\n"
      "{}Connection: close\r\n\r\n{}",
      body.size(), prepared_fields, body);
}

}  // namespace

struct Server::Impl {
  // One thread: its loop, its listener, its connections.
  struct Lane {
    explicit Lane(Impl& owner) : server(owner), acceptor(loop.impl().io) {}

    Impl& server;
    Loop loop;
    tcp::acceptor acceptor;
    net::ConnectionSet connections;
    std::size_t tasks = 0;  // that must end before the loop does
    std::jthread thread;

    void listen(const tcp::endpoint& endpoint);
    void run();
    Task<void> accept();
    Task<void> take(tcp::socket socket, IpAddress peer);
    Task<void> tick();
    void turn_away(tcp::socket& socket) noexcept;
  };

  void on_every_lane(void (*act)(Lane&)) {
    for (auto& lane : lanes) lane->loop.post([lane = lane.get(), act] { act(*lane); });
  }

  Impl(ServerOptions given_options, Service given_service)
      : options(std::move(given_options)),
        service(std::move(given_service)),
        admission(options, counters),
        overload(overload_answer(options.prepared_fields)) {}

  const ServerOptions options;
  const Service service;
  Counters counters;
  net::Admission admission;
  const std::string overload;
  std::unique_ptr<net::TlsCredentials> credentials;  // none: plain HTTP
  std::uint16_t port = 0;
  std::atomic<bool> draining = false;
  std::vector<std::unique_ptr<Lane>> lanes;

  std::mutex mutex;
  std::condition_variable lane_ended;
  std::size_t running = 0;
};

void Server::Impl::Lane::listen(const tcp::endpoint& endpoint) {
  acceptor.open(endpoint.protocol());
  acceptor.set_option(tcp::acceptor::reuse_address(true));
  acceptor.set_option(ReusePort(true));
  if (endpoint.protocol() == tcp::v6()) acceptor.set_option(boost::asio::ip::v6_only(false));
  acceptor.bind(endpoint);
  acceptor.listen(listen_backlog);
}

void Server::Impl::Lane::run() {
  if (server.options.loop_started) server.options.loop_started();
  tasks = 1;
  loop.spawn(accept());
  loop.spawn(tick());
  loop.run();
  const std::scoped_lock lock(server.mutex);
  --server.running;
  server.lane_ended.notify_all();
}

Task<void> Server::Impl::Lane::accept() {
  while (true) {
    tcp::socket socket(loop.impl().io);
    tcp::endpoint endpoint;
    const auto error =
        co_await completion([&](auto done) { acceptor.async_accept(socket, endpoint, std::move(done)); });
    if (!acceptor.is_open()) break;
    if (error) {
      if (error != boost::asio::error::connection_aborted) co_await sleep_for(accept_pause);
      continue;
    }
    boost::system::error_code ignored;
    socket.non_blocking(true, ignored);
    socket.set_option(tcp::no_delay(true), ignored);
    const IpAddress peer = to_ip(endpoint.address());
    if (!server.admission.admit(peer, [this] { return connections.close_longest_idle(); })) {
      turn_away(socket);
      continue;
    }
    ++tasks;
    loop.spawn(take(std::move(socket), peer));
  }
  --tasks;
}

Task<void> Server::Impl::Lane::take(tcp::socket socket, IpAddress peer) {
  std::unique_ptr<net::Stream> stream;
  if (server.credentials) {
    stream = std::make_unique<net::TlsStream>(std::move(socket), server.credentials->current());
  } else {
    stream = std::make_unique<net::TcpStream>(std::move(socket));
  }
  co_await net::serve(std::move(stream), peer,
                      net::ConnectionContext{.options = server.options,
                                             .service = server.service,
                                             .counters = server.counters,
                                             .connections = connections});
  server.admission.release(peer);
  --tasks;
}

// As much as fits without waiting: a server that is full has no time for those that it turns away.
void Server::Impl::Lane::turn_away(tcp::socket& socket) noexcept {
  if (server.credentials) return;  // it would take a handshake to say why
  boost::system::error_code ignored;
  socket.write_some(boost::asio::buffer(server.overload), ignored);
  socket.shutdown(tcp::socket::shutdown_send, ignored);
  std::array<char, 4096> dropped;
  socket.read_some(boost::asio::buffer(dropped), ignored);
}

Task<void> Server::Impl::Lane::tick() {
  while (tasks > 0) {
    co_await sleep_for(net::ConnectionSet::tick_interval);
    connections.tick(Clock::now());
  }
  if (server.options.loop_ending) co_await server.options.loop_ending();
  loop.stop();
}

Server::Server(ServerOptions options, Service service)
    : impl_(std::make_unique<Impl>(std::move(options), std::move(service))) {}

Server::~Server() {
  stop(0ms);
}

void Server::start() {
  const auto& options = impl_->options;
  boost::system::error_code error;
  const auto address = boost::asio::ip::make_address(options.address, error);
  if (error) throw std::runtime_error(fmt::format("cannot listen on {}: it is no IP address", options.address));
  if (!options.tls_certificate_file.empty()) {
    try {
      impl_->credentials =
          std::make_unique<net::TlsCredentials>(options.tls_certificate_file, options.tls_key_file, options.report);
    } catch (const std::runtime_error& failure) {
      throw CertificateError(failure.what());
    }
  }
  std::size_t threads = options.threads;
  if (threads == 0) threads = std::max(1U, std::thread::hardware_concurrency());

  std::vector<std::unique_ptr<Impl::Lane>> lanes;
  std::uint16_t port = options.port;
  try {
    if (port != 0) require_free({address, port});
    for (std::size_t i = 0; i < threads; ++i) {
      lanes.push_back(std::make_unique<Impl::Lane>(*impl_));
      lanes.back()->listen({address, port});
      port = lanes.back()->acceptor.local_endpoint().port();
    }
  } catch (const boost::system::system_error& failure) {
    throw std::runtime_error(
        fmt::format("cannot listen on {} port {}: {}", options.address, options.port, failure.code().message()));
  }
  impl_->port = port;
  impl_->lanes = std::move(lanes);
  impl_->running = threads;
  for (auto& lane : impl_->lanes) lane->thread = std::jthread([lane = lane.get()] { lane->run(); });
}

std::uint16_t Server::port() const noexcept {
  return impl_->port;
}
std::string Server::url() const {
  const auto& options = impl_->options;
  const bool is_every = options.address == "0.0.0.0" || options.address == "::";
  const bool is_v6 = !is_every && options.address.find(':') != std::string::npos;
  return fmt::format("{}://{}:{}", impl_->credentials ? "https" : "http",
                     is_every ? "127.0.0.1"
                     : is_v6  ? "[" + options.address + "]"
                              : options.address,
                     impl_->port);
}
void Server::begin_drain() noexcept {
  if (impl_->draining.exchange(true)) return;
  impl_->on_every_lane([](Impl::Lane& lane) { lane.connections.begin_drain(); });
}
bool Server::draining() const noexcept {
  return impl_->draining;
}
const Counters& Server::counters() const noexcept {
  return impl_->counters;
}

bool Server::stop(std::chrono::milliseconds patience) {
  begin_drain();
  const auto all_ended_within = [this](std::chrono::milliseconds time) {
    std::unique_lock lock(impl_->mutex);
    return impl_->lane_ended.wait_for(lock, time, [this] { return impl_->running == 0; });
  };
  impl_->on_every_lane([](Impl::Lane& lane) {
    lane.acceptor.close();
    lane.connections.begin_stop();
  });
  const bool in_time = all_ended_within(patience);
  if (!in_time) {
    impl_->on_every_lane([](Impl::Lane& lane) { lane.connections.cancel_all(); });
    if (!all_ended_within(cut_off_patience))
      for (auto& lane : impl_->lanes) lane->loop.stop();
  }
  impl_->lanes.clear();  // joins
  return in_time;
}

}  // namespace redoubt
