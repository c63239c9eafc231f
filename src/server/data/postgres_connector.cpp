#include "data/postgres_connector.hpp"

#include <fmt/format.h>
#include <poll.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <stdexcept>

namespace redoubt::data {

namespace {

// The SQLSTATE in a message of PQERRORS_SQLSTATE verbosity: "… failed: FATAL:  28P01".
bool refuses_credentials(std::string_view message) {
  return message.find("FATAL:  28P01") != std::string_view::npos ||  // invalid_password
         message.find("FATAL:  28000") != std::string_view::npos;    // invalid_authorization_specification
}

std::string one_line(std::string_view message) {
  std::string line(message);
  std::ranges::replace(line, '\n', ' ');
  while (line.ends_with(' ')) line.pop_back();
  return line;
}

bool are_ports(std::string_view list) {
  while (true) {
    const std::string_view text = list.substr(0, list.find(','));
    unsigned port = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
    if (error != std::errc() || end != text.data() + text.size() || port < 1 || port > 65535) return false;
    if (text.size() == list.size()) return true;
    list.remove_prefix(text.size() + 1);
  }
}

}  // namespace

std::vector<std::pair<std::string, std::string>> parse_postgres_url(const std::string& url) {
  const std::unique_ptr<PQconninfoOption, decltype(&PQconninfoFree)> parsed(PQconninfoParse(url.c_str(), nullptr),
                                                                            &PQconninfoFree);
  // libpq's own message quotes the URL, and with it perhaps the password.
  if (!parsed)
    throw std::invalid_argument(
        "the database URL is no postgresql://USER@HOST:PORT/DATABASE?PARAMETER=VALUE with libpq's parameters, "
        "special characters as %XX");
  std::vector<std::pair<std::string, std::string>> parameters;
  for (const PQconninfoOption* option = parsed.get(); option->keyword != nullptr; ++option)
    if (option->val != nullptr) parameters.emplace_back(option->keyword, option->val);
  for (const auto& [name, value] : parameters) {
    if (name == "port" && !are_ports(value))
      throw std::invalid_argument("the database URL's port is no number from 1 to 65535");
    constexpr std::array modes{"disable", "allow", "prefer", "require", "verify-ca", "verify-full"};
    if (name == "sslmode" && std::ranges::find(modes, value) == modes.end())
      throw std::invalid_argument("the database URL's sslmode is none of libpq's: use verify-full");
  }
  return parameters;
}

PostgresConnector::PostgresConnector(const std::string& url, const DatabaseOptions& options)
    : parameters_(parse_postgres_url(url)), read_credentials_(options.credentials) {
  const auto find = [this](std::string_view name) {
    return std::ranges::find(parameters_, name, &std::pair<std::string, std::string>::first);
  };
  const auto set_default = [&](std::string name, std::string value) {
    if (find(name) == parameters_.end()) parameters_.emplace_back(std::move(name), std::move(value));
  };
  set_default("application_name", "redoubt");
  set_default("gssencmode", "disable");
  set_default("client_encoding", "UTF8");
  // The server ends by itself what this side has given up: statements and transactions beyond their time, and those
  // whose connection was dropped.
  set_default("options", "");
  find("options")->second += fmt::format(
      " -c statement_timeout={0} -c idle_in_transaction_session_timeout={0} -c client_connection_check_interval=1000",
      options.timeout.count());
}

const std::string& PostgresConnector::parameter(std::string_view name) const {
  static const std::string absent;
  const auto found = std::ranges::find(parameters_, name, &std::pair<std::string, std::string>::first);
  return found == parameters_.end() ? absent : found->second;
}

PostgresConnector::Opened PostgresConnector::open(Clock::time_point deadline) {
  Current current = credentials(0);
  while (true) {
    Attempt tried = attempt(current.credentials.get(), deadline);
    if (tried.connection) return {.connection = std::move(tried.connection), .generation = current.generation};
    if (!tried.refused || !read_credentials_) throw DatabaseUnavailable(tried.reason);
    const std::uint64_t refused = current.generation;
    current = credentials(refused);
    if (current.generation == refused) throw DatabaseUnavailable(tried.reason);
  }
}

PostgresConnector::Attempt PostgresConnector::attempt(const Credentials* credentials,
                                                      Clock::time_point deadline) const {
  std::vector<const char*> names;
  std::vector<const char*> values;
  const auto add = [&](const std::string& name, const std::string& value) {
    names.push_back(name.c_str());
    values.push_back(value.c_str());
  };
  static const std::string user = "user";
  static const std::string password = "password";
  for (const auto& [name, value] : parameters_)
    if (credentials == nullptr || (name != user && name != password)) add(name, value);
  if (credentials != nullptr) {
    // What the credentials leave out is the URL's.
    add(user, credentials->user.empty() ? parameter(user) : credentials->user);
    add(password, credentials->password.empty() ? parameter(password) : credentials->password);
  }
  names.push_back(nullptr);
  values.push_back(nullptr);

  PgConnection connection(PQconnectStartParams(names.data(), values.data(), 0));
  if (!connection) throw std::bad_alloc();
  // The only way to learn the SQLSTATE of a failed connection.
  PQsetErrorVerbosity(connection.get(), PQERRORS_SQLSTATE);
  PQsetNoticeProcessor(connection.get(), [](void*, const char*) {}, nullptr);  // by default: standard error
  const auto failed = [&](std::string_view why) {
    return Attempt{.connection = {}, .refused = refuses_credentials(why), .reason = "PostgreSQL: " + one_line(why)};
  };

  PostgresPollingStatusType state =
      PQstatus(connection.get()) == CONNECTION_BAD ? PGRES_POLLING_FAILED : PGRES_POLLING_WRITING;
  while (state != PGRES_POLLING_OK) {
    if (state == PGRES_POLLING_FAILED) return failed(PQerrorMessage(connection.get()));
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now()).count();
    pollfd socket{.fd = PQsocket(connection.get()),
                  .events = static_cast<short>(state == PGRES_POLLING_READING ? POLLIN : POLLOUT),
                  .revents = 0};
    if (left <= 0 || poll(&socket, 1, static_cast<int>(std::min<std::int64_t>(left, 60'000))) == 0)
      return failed("the server did not answer in time while connecting");
    state = PQconnectPoll(connection.get());
  }
  PQsetErrorVerbosity(connection.get(), PQERRORS_DEFAULT);
  PQsetnonblocking(connection.get(), 1);
  return {.connection = std::move(connection), .refused = false, .reason = {}};
}

PostgresConnector::Current PostgresConnector::credentials(std::uint64_t refused) {
  const std::scoped_lock lock(mutex_);
  if (read_credentials_ && (!credentials_ || refused == generation_)) {
    Credentials read;
    try {
      read = read_credentials_();
    } catch (const std::exception& error) {
      throw DatabaseUnavailable(fmt::format("the database's credentials cannot be read: {}", error.what()));
    }
    if (!credentials_ || read != *credentials_) {
      if (credentials_) ++generation_;
      credentials_ = std::make_shared<const Credentials>(std::move(read));
    }
  }
  return {credentials_, generation_.load()};
}

}  // namespace redoubt::data
