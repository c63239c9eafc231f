// What operators and load balancers ask.
#include "models.hpp"
#include "redoubt/log.hpp"
#include "routes.hpp"
#include "token_service.hpp"

namespace redoubt::api {

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
            // A proxy on this machine has a loopback address too, but speaks for others.
            const bool local = request.client.is_loopback() && !request.header("X-Forwarded-For");
            if (loopback_only && !local) throw HttpError(404, "Not Found");
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
