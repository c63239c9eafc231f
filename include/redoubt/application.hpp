// An application: its routes, what it provides to them, and the guards in front. Handing a Request to handle() runs it
// through guards, routing, arguments and handler, and gives the Response; nothing here knows of sockets.
//
//   Application app({.title = "Shop", .version = "1.0.0"});
//   app.post("/items", [](Body<ItemIn> item) -> Created<ItemOut> { … }).limit("30/minute").summary("Create an item");
//   serve(app, {.port = 8000});
#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "redoubt/cors.hpp"
#include "redoubt/route.hpp"
#include "redoubt/security_headers.hpp"

namespace redoubt {

class Logger;
class Metrics;
class RateStore;
class Router;

struct ApplicationOptions {
  std::string title = "Redoubt application";
  std::string version = "0.1.0";
  std::string description{};
  // Where bearer tokens are had by the OAuth 2 password form, for the documentation's "Authorize"; empty: they are
  // typed in.
  std::string token_url{};
  // The scopes that tokens may carry, with a sentence each.
  std::vector<std::pair<std::string, std::string>> scopes{};
  // What the documentation says of each tag, in the order in which it shows them; tags that are not named come after.
  std::vector<std::pair<std::string, std::string>> tags{};

  // Host names that are answered (TrustedHosts).
  std::vector<std::string> trusted_hosts = {"localhost", "127.0.0.1", "[::1]"};
  std::vector<IpRange> trusted_proxies{};
  SecurityHeadersOptions security_headers{};
  std::optional<CorsOptions> cors{};
  // For every route that does not say otherwise.
  std::optional<RouteLimit> default_limit{};
  // Counts limits whose scope is shared; without it they are counted in this process.
  RateStore* shared_limits = nullptr;
  // Whom a bearer token speaks for, without looking anything up: the key of limits by account. Empty: nobody.
  std::function<std::string(std::string_view token)> account_of_token{};

  bool docs = true;  // /docs and /openapi.json

  Logger* logger = nullptr;
  Metrics* metrics = nullptr;
  // Told of each answer of 401, 403 and 429 (but preflights, by which nobody asks for anything), for the audit; `route`
  // is its pattern. Strangers decide how often: see docs/audit.md for what keeps them from filling the disk.
  std::function<void(const Request&, int status, std::string_view route)> on_refusal{};
};

class Group;

// app.get("/items/{id}", handler) and so on, for an Application and a Group alike.
struct RouteVerbs {
  template <class Self, class Handler>
  Route& get(this Self& self, RoutePattern<std::type_identity_t<Handler>> pattern, Handler handler) {
    return self.add(Method::get, pattern.text(), std::move(handler));
  }
  template <class Self, class Handler>
  Route& post(this Self& self, RoutePattern<std::type_identity_t<Handler>> pattern, Handler handler) {
    return self.add(Method::post, pattern.text(), std::move(handler));
  }
  template <class Self, class Handler>
  Route& put(this Self& self, RoutePattern<std::type_identity_t<Handler>> pattern, Handler handler) {
    return self.add(Method::put, pattern.text(), std::move(handler));
  }
  template <class Self, class Handler>
  Route& patch(this Self& self, RoutePattern<std::type_identity_t<Handler>> pattern, Handler handler) {
    return self.add(Method::patch, pattern.text(), std::move(handler));
  }
  template <class Self, class Handler>
  Route& del(this Self& self, RoutePattern<std::type_identity_t<Handler>> pattern, Handler handler) {
    return self.add(Method::del, pattern.text(), std::move(handler));
  }
};

class Application : public RouteVerbs {
 public:
  explicit Application(ApplicationOptions options = {});
  ~Application();
  Application(const Application&) = delete;
  Application& operator=(const Application&) = delete;

  // Routes under a common prefix ("/items"), with common tags and requirements.
  Group group(std::string prefix);

  // Makes the object available to State<T> arguments. It must outlive the application's last request.
  template <class T>
    requires(!std::is_const_v<T>)
  void provide(T& object) {
    states_.set(typeid(T), &object);
  }

  // Checks that everything the routes need is provided and builds the routing table and the OpenAPI document; called by
  // whoever serves the application. Throws std::logic_error with what is missing and what to do.
  void prepare();

  // The OpenAPI 3.1 document as JSON, byte for byte the same for the same routes.
  [[nodiscard]] std::string openapi() const;

  // Answers one request; never throws.
  Task<Response> handle(Request& request);

  [[nodiscard]] const ApplicationOptions& options() const noexcept { return options_; }

 private:
  friend struct RouteVerbs;
  friend class Group;
  friend class OpenApiWriter;

  template <class Handler>
  Route& add(Method method, std::string_view pattern, Handler handler);

  struct Guards;
  struct Counted;

  Task<Response> answer(Request& request, const Route* route, std::string_view allow, Exchange& exchange);
  [[nodiscard]] bool is_limited(const Route& route) const noexcept;
  [[nodiscard]] std::string key_of(const RouteLimit& limit, const Request& request, std::string_view scope) const;
  Task<RateDecision> count_against_limits(const Request& request, const Route& route);
  void add_docs_routes();
  void finish(const Request& request, std::string_view route, Clock::time_point started, Response& response);

  ApplicationOptions options_;
  States states_;
  std::deque<Route> routes_;
  std::unique_ptr<Guards> guards_;
  std::unique_ptr<Counted> counted_;
  std::string openapi_;
  bool prepared_ = false;
};

class Group : public RouteVerbs {
 public:
  // For every route added after it.
  Group& tag(std::string name) {
    tags_.push_back(std::move(name));
    return *this;
  }
  Group& limit(Rate rate, LimitBy by = LimitBy::client, LimitScope scope = LimitScope::process) {
    limit_ = RouteLimit{rate, by, scope};
    return *this;
  }
  // Every route resolves this dependency first, whether or not its handler asks for it too: require<AdminUser>().
  template <class Dependency>
  Group& require() {
    static_assert(!detail::Finishing<Dependency>, "a guard is not finished: take it as an argument of the handler");
    requirements_.push_back({[](Exchange& exchange) -> Task<void> {
                               exchange.shares_dependencies = true;
                               co_await Argument<Dependency>::resolve(exchange);
                             },
                             [](Operation& operation) { Argument<Dependency>::describe(operation); }});
    return *this;
  }

 private:
  friend struct RouteVerbs;
  friend class Application;
  struct Requirement {
    std::function<Task<void>(Exchange&)> resolve;
    std::function<void(Operation&)> describe;
  };
  Group(Application& application, std::string prefix) : application_(&application), prefix_(std::move(prefix)) {}

  template <class Handler>
  Route& add(Method method, std::string_view pattern, Handler handler);

  Application* application_;
  std::string prefix_;
  std::vector<std::string> tags_;
  std::optional<RouteLimit> limit_;
  std::vector<Requirement> requirements_;
};

// ---- implementation of the templates

template <class Handler>
Route& Application::add(Method method, std::string_view pattern, Handler handler) {
  Route& route = routes_.emplace_back(method, std::string(pattern));
  route.handle_ = [handler = std::move(handler)](Exchange& exchange) { return detail::handle(handler, exchange); };
  route.describe_ = detail::describe<Handler>;
  return route;
}

template <class Handler>
Route& Group::add(Method method, std::string_view pattern, Handler handler) {
  // "/" under a prefix is the prefix itself.
  Route& route = application_->add(method, prefix_ + std::string(pattern == "/" ? "" : pattern), std::move(handler));
  route.tags_ = tags_;
  route.limit_ = limit_;
  if (!requirements_.empty()) {
    route.handle_ = [requirements = requirements_,
                     inner = std::move(route.handle_)](Exchange& exchange) -> Task<Response> {
      for (const Requirement& requirement : requirements) co_await requirement.resolve(exchange);
      co_return co_await inner(exchange);
    };
    route.describe_ = [requirements = requirements_, inner = std::move(route.describe_)](Operation& operation) {
      for (const Requirement& requirement : requirements) requirement.describe(operation);
      inner(operation);
    };
  }
  return route;
}

}  // namespace redoubt
