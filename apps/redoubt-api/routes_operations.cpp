// What operators, load balancers and verifiers of tokens ask.
#include "models.hpp"
#include "redoubt/log.hpp"
#include "routes.hpp"
#include "token_service.hpp"

namespace redoubt::api {

namespace {

// Asked by an address or name of this machine: a page that a browser here was lured to asks by its own name, whatever
// address that name has been given.
bool asks_locally(const Request& request) {
  std::string_view name = request.host.substr(0, request.host.find(':'));
  if (request.host.starts_with('[')) name = request.host.substr(1, request.host.find(']') - 1);
  const auto address = IpAddress::parse(name);
  // A proxy on this machine has a loopback address too, but speaks for others.
  return request.client.is_loopback() && !request.header("X-Forwarded-For") && !request.header("Forwarded") &&
         (iequals(name, "localhost") || (address && address->is_loopback()));
}

}  // namespace

void add_key_routes(Application& app) {
  app.get("/.well-known/jwks.json",
          [](State<TokenService> tokens) {
            Response response;
            response.content_type = "application/json";
            response.body = tokens->jwks();
            response.set("Cache-Control", "public, max-age=300");
            return response;
          })
      .hidden();
}

void add_health_routes(Application& app) {
  app.get("/health/live", [] { return HealthOut{}; })
      .any_host()
      .limit("off")
      .tag("health")
      .summary("Whether the process runs");

  app.get("/health/ready",
          [](State<Readiness> readiness) -> Task<HealthOut> {
            if (!(co_await readiness->failing()).empty()) throw Unavailable("Not ready");
            co_return HealthOut{};
          })
      .any_host()
      .limit("off")
      .answers(503)
      .tag("health")
      .summary("Whether requests should be sent here");
}

void add_metrics_route(Application& app, bool loopback_only) {
  app.get("/metrics",
          [loopback_only](Request& request, State<Metrics> metrics) {
            if (loopback_only && !asks_locally(request)) throw HttpError(404, "Not Found");
            Response response;
            response.content_type = prometheus_media_type;
            response.body = metrics->render_prometheus();
            return response;
          })
      .any_host()
      .limit("off")
      .hidden();
}

}  // namespace redoubt::api
