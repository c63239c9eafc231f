#include "redoubt/application.hpp"

#include "application/openapi.hpp"
#include "application/router.hpp"
#include "docs/assets.hpp"
#include "guard/list.hpp"
#include "redoubt/client_address.hpp"
#include "redoubt/log.hpp"
#include "redoubt/metric_names.hpp"
#include "redoubt/rate_limit.hpp"
#include "redoubt/request_id.hpp"
#include "redoubt/trace_context.hpp"
#include "redoubt/trusted_hosts.hpp"

namespace redoubt {

namespace {

Response error_response(int status, std::string_view detail_json) {
  Response response;
  response.status = status;
  response.content_type = "application/json";
  json::Writer(response.body).begin_object().name("detail").raw(detail_json).end_object();
  return response;
}

Response error_response(const HttpError& error) {
  Response response = error_response(error.status(), error.detail_json());
  response.fields = error.fields();
  return response;
}

// Whether the client takes gzip (RFC 9110 section 12.5.3), read simply: named, and not with weight 0.
bool accepts_gzip(const Fields& fields) {
  bool accepted = false;
  guard::for_each_element(fields, "Accept-Encoding", [&](std::string_view element) {
    const std::size_t end = element.find_first_of("; \t");
    if (!iequals(element.substr(0, end), "gzip")) return true;
    accepted = end == std::string_view::npos || element.find_first_of("123456789", end) != std::string_view::npos;
    return false;
  });
  return accepted;
}

// The answer to a request that no route takes, although others may take its path (`allow`).
Response answer_without_route(const Request& request, std::string_view allow) {
  if (request.method == Method::options && (!allow.empty() || request.target == "*")) {
    Response response{.status = 204};
    response.set("Allow", std::string(allow.empty() ? "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS" : allow));
    return response;
  }
  if (!allow.empty()) throw HttpError(405, "Method Not Allowed").with("Allow", std::string(allow));
  throw HttpError(404, "Not Found");
}

Response asset_response(const Asset& asset, const Request& request) {
  Response response;
  response.set("ETag", std::string(asset.etag));
  response.set("Cache-Control", "no-cache");
  response.set("Vary", "Accept-Encoding");
  if (request.header("If-None-Match") == asset.etag) {
    response.status = 304;
    return response;
  }
  response.content_type = asset.content_type;
  if (!asset.gzip.empty() && accepts_gzip(request.fields)) {
    response.set("Content-Encoding", "gzip");
    response.body = asset.gzip;
  } else {
    response.body = asset.bytes;
  }
  return response;
}

}  // namespace

// What is built from the options, once.
struct Application::Guards {
  explicit Guards(const ApplicationOptions& options)
      : hosts(options.trusted_hosts),
        client(options.trusted_proxies),
        headers(options.security_headers),
        cors(options.cors ? Cors(*options.cors) : Cors()) {}

  TrustedHosts hosts;
  ClientAddress client;
  SecurityHeaders headers;
  Cors cors;
  RateLimiter limiter;
  Router router;
  // The rules for requests that no route takes: the default limit, or strangers could look for paths without end.
  const Route no_route{Method::get, ""};
};

struct Application::Counted {
  explicit Counted(Metrics& metrics)
      : requests(metrics.get(metric::http_requests)), durations(metrics.get(metric::http_request_duration)) {}
  Family<Counter, 3> requests;
  Family<Histogram, 2> durations;
};

Application::Application(ApplicationOptions options)
    : options_(std::move(options)), guards_(std::make_unique<Guards>(options_)) {
  if (options_.metrics != nullptr) counted_ = std::make_unique<Counted>(*options_.metrics);
}

Application::~Application() = default;

Group Application::group(std::string prefix) {
  return Group(*this, std::move(prefix));
}

void Application::prepare() {
  if (prepared_) return;
  if (options_.docs) add_docs_routes();
  for (const Route& route : routes_) {
    Schemas schemas;
    Operation operation(schemas);
    route.describe_(operation);
    for (const std::type_index state : operation.states) {
      if (states_.find(state) == nullptr)
        throw std::logic_error(
            fmt::format("{} {} needs a State that nobody provides (type {}): call Application::provide",
                        to_string(route.method_), route.pattern_, state.name()));
    }
  }
  openapi_ = OpenApiWriter(*this).write();
  guards_->router.build(routes_);
  prepared_ = true;
}

std::string Application::openapi() const {
  return openapi_.empty() ? OpenApiWriter(*this).write() : openapi_;
}

void Application::add_docs_routes() {
  get("/openapi.json", [this] {
    Response response;
    response.content_type = "application/json";
    response.body = openapi_;
    return response;
  }).hidden();
  const auto serve = [](std::string_view name, const Request& request) {
    for (const Asset& asset : docs_assets()) {
      if (asset.name == name) return asset_response(asset, request);
    }
    throw HttpError(404, "Not Found");
  };
  get("/docs", [serve](Request& request) { return serve("index.html", request); }).hidden();
  get("/docs/{asset}", [serve](Path<"asset", std::string> asset, Request& request) {
    return serve(*asset, request);
  }).hidden();
}

Task<Response> Application::handle(Request& request) {
  const Clock::time_point started = Clock::now();
  co_await set_deadline(request.deadline);
  request.request_id = request_id(request.fields);
  request.trace = trace_context(request.fields);
  request.client = guards_->client.of(request.peer, request.fields);

  const Router::Match match = guards_->router.find(request.method, request.path);
  const std::string_view pattern = match.route != nullptr ? std::string_view(match.route->pattern_) : "";
  std::optional<Response> response;
  bool is_preflight = false;
  try {
    const bool any_host = match.route != nullptr && match.route->any_host_;
    if (!any_host && !guards_->hosts.allows(request.host)) throw HttpError(400, "Invalid host header");
    response = guards_->cors.preflight(request, match.methods);
    is_preflight = response.has_value();
    if (!is_preflight) {
      Exchange exchange(request, states_);
      for (std::size_t i = 0; i < match.value_count; ++i) {
        const auto& [name, raw] = match.values[i];
        if (raw.find('%') == std::string_view::npos) {
          exchange.path_values.emplace_back(name, raw);
        } else if (auto decoded = percent_decode(raw)) {
          exchange.path_values.emplace_back(name, exchange.keep(std::move(*decoded)));
        } else {
          throw HttpError(400, "The path is not percent-encoded UTF-8");
        }
      }
      response = co_await answer(request, match.route, match.allow, exchange);
    }
  } catch (const HttpError& error) {
    response = error_response(error);
  } catch (const WorkersBusy&) {
    response = error_response(Unavailable("The service is busy; try again"));
  } catch (const std::exception& error) {
    if (options_.logger != nullptr)
      options_.logger->with({request.request_id, request.trace.trace_id})
          .error("a handler failed", {{"route", pattern}, {"error", std::string_view(error.what())}});
    response = error_response(500, R"("Internal Server Error")");
  } catch (...) {
    response = error_response(500, R"("Internal Server Error")");
  }
  finish(request, pattern, started, *response);
  const int status = response->status;
  if (options_.on_refusal && !is_preflight && (status == 401 || status == 403 || status == 429))
    options_.on_refusal(request, status, pattern);
  co_return std::move(*response);
}

Task<Response> Application::answer(Request& request, const Route* route, std::string_view allow, Exchange& exchange) {
  const Route& rules = route != nullptr ? *route : guards_->no_route;
  RateDecision decision;
  if (is_limited(rules)) decision = co_await count_against_limits(request, rules);
  if (!decision.allowed) co_return error_response(too_many_requests(decision));
  std::optional<Response> response;
  try {
    if (route == nullptr) {
      response = answer_without_route(request, allow);
    } else {
      if (route->body_limit_) request.body->limit(*route->body_limit_);
      response = co_await route->handle_(exchange);
    }
  } catch (const HttpError& error) {
    response = error_response(error);
  }
  for (auto& [name, value] : exchange.answer_fields) response->add(name, std::move(value));
  // A handler that counts by itself tells of its own limit: that is the one that was met.
  if (!response->find("RateLimit-Limit")) apply(decision, *response);
  co_return std::move(*response);
}

bool Application::is_limited(const Route& route) const noexcept {
  const auto& limit = route.limit_ ? route.limit_ : options_.default_limit;  // a route's "off" exempts it from both
  return limit && !limit->rate.is_off();
}

std::string Application::key_of(const RouteLimit& limit, const Request& request, std::string_view scope) const {
  if (limit.by == LimitBy::account && options_.account_of_token) {
    const auto field = request.header("Authorization");
    if (field && field->size() > 7) {
      std::string_view token = field->substr(7);
      while (token.starts_with(' ') || token.starts_with('\t')) token.remove_prefix(1);  // as where it is verified
      const std::string account = options_.account_of_token(token);
      if (!account.empty()) return subject_key(scope, account);
    }
  }
  return client_key(scope, request.client);
}

// The route's own limit and the application's default both count; the fields tell of the one that is nearer to its end.
Task<RateDecision> Application::count_against_limits(const Request& request, const Route& route) {
  const std::array<std::pair<const std::optional<RouteLimit>*, std::string_view>, 2> limits{
      {{&route.limit_, route.pattern_}, {&options_.default_limit, "*"}}};
  RateDecision nearest;
  for (const auto& [limit, scope] : limits) {
    if (!*limit || (*limit)->rate.is_off()) continue;
    const std::string key = key_of(**limit, request, scope);
    RateDecision decision;
    if ((*limit)->scope == LimitScope::shared && options_.shared_limits != nullptr) {
      decision = co_await options_.shared_limits->take(key, (*limit)->rate, Clock::now());
    } else {
      decision = guards_->limiter.take_now(key, (*limit)->rate, Clock::now());
    }
    if (nearest.limit == 0 || !decision.allowed || decision.remaining < nearest.remaining) nearest = decision;
    if (!nearest.allowed) break;
  }
  co_return nearest;
}

void Application::finish(const Request& request, std::string_view route, Clock::time_point started,
                         Response& response) {
  guards_->headers.apply(response);
  guards_->cors.apply(request, response);
  response.set(request_id_field, request.request_id);
  const auto took = Clock::now() - started;
  if (counted_) {
    const std::string_view method = to_string(request.method);
    const std::array<char, 3> digits{static_cast<char>('0' + response.status / 100 % 10),
                                     static_cast<char>('0' + response.status / 10 % 10),
                                     static_cast<char>('0' + response.status % 10)};
    counted_->requests.with(method, route, std::string_view(digits.data(), digits.size())).increment();
    counted_->durations.with(method, route).observe(std::chrono::duration<double>(took).count());
  }
  if (options_.logger != nullptr && options_.logger->enabled(LogLevel::info)) {
    // The path without its query, which may hold what people search for.
    options_.logger->with({request.request_id, request.trace.trace_id})
        .info("request", {{"method", request.method_name},
                          {"path", request.path},
                          {"status", response.status},
                          {"client", request.client.to_string()},
                          {"duration_ms", std::chrono::duration<double, std::milli>(took).count()}});
  }
}

}  // namespace redoubt
