#include "parts.hpp"
#include "policy.hpp"

namespace redoubt::stack {
namespace {

// TLS 1.3 and 1.2 with forward secrecy and AEAD ciphers only.
constexpr std::string_view tls_policy = "ELBSecurityPolicy-TLS13-1-2-Res-2021-06";

Value attribute(std::string_view key, Item value) {
  return object({{"Key", key}, {"Value", std::move(value)}});
}

// "Enable access logs for your Application Load Balancer": buckets of access logs can only have S3's own encryption.
void add_access_log(Template& t, const Configuration& c) {
  const int days = c.log_days;
  add_bucket(t, {.id = "AccessLogBucket", .key = {}, .access_log = {}, .days = days, .lock = {}},
             {allow_to(service("logdelivery.elasticloadbalancing.amazonaws.com"), "s3:PutObject",
                       sub("${AccessLogBucket.Arn}/load-balancer/AWSLogs/${AWS::AccountId}/*"),
                       condition("ArnLike", "aws:SourceArn", arn("elasticloadbalancing", "loadbalancer/*")))});
}

Value certificate(Template& t, const Configuration& c) {
  if (!c.certificate.empty()) return estate::text(c.certificate);
  t.add("Certificate", "AWS::CertificateManager::Certificate",
        {{"DomainName", c.domain},
         {"ValidationMethod", "DNS"},
         {"CertificateTransparencyLoggingPreference", "ENABLED"},
         {"DomainValidationOptions",
          c.hosted_zone.empty() ? nothing()
                                : list({object({{"DomainName", c.domain}, {"HostedZoneId", c.hosted_zone}})})}});
  return ref_to("Certificate");
}

}  // namespace

void add_load_balancer(Template& t, const Configuration& c) {
  add_access_log(t, c);
  Value subnets = list({});
  for (std::size_t zone = 1; zone <= c.public_subnets.size(); ++zone)
    subnets.items.push_back(ref_to(fmt::format("PublicSubnet{}", zone)));
  t.add("LoadBalancer", "AWS::ElasticLoadBalancingV2::LoadBalancer",
        {{"Name", c.prefix()},
         {"Type", "application"},
         {"Scheme", "internet-facing"},
         {"IpAddressType", "ipv4"},
         {"Subnets", subnets},
         {"SecurityGroups", list({get_att("LoadBalancerGroup", "GroupId")})},
         {"LoadBalancerAttributes",
          list({attribute("deletion_protection.enabled", "true"), attribute("access_logs.s3.enabled", "true"),
                attribute("access_logs.s3.bucket", ref_to("AccessLogBucket")),
                attribute("access_logs.s3.prefix", "load-balancer"),
                attribute("routing.http.drop_invalid_header_fields.enabled", "true"),
                attribute("routing.http.desync_mitigation_mode", "strictest"),
                // The client's own claim is kept, the address that it really has comes after it.
                attribute("routing.http.xff_header_processing.mode", "append"),
                attribute("routing.http.preserve_host_header.enabled", "true"),
                attribute("idle_timeout.timeout_seconds", "60")})}})
      .after({"AccessLogBucketPolicy", "PublicRoute"});

  const bool encrypted = c.tls != "none";
  t.add("TargetGroup", "AWS::ElasticLoadBalancingV2::TargetGroup",
        {{"VpcId", ref_to("Vpc")},
         {"TargetType", "ip"},
         {"Protocol", encrypted ? "HTTPS" : "HTTP"},
         {"ProtocolVersion", "HTTP1"},
         {"Port", c.port},
         {"HealthCheckProtocol", encrypted ? "HTTPS" : "HTTP"},
         {"HealthCheckPort", "traffic-port"},
         {"HealthCheckPath", c.health_path},
         {"HealthCheckIntervalSeconds", 5},
         {"HealthCheckTimeoutSeconds", 4},
         {"HealthyThresholdCount", 2},
         {"UnhealthyThresholdCount", 2},
         {"Matcher", object({{"HttpCode", "200"}})},
         {"TargetGroupAttributes", list({attribute("deregistration_delay.timeout_seconds", "30"),
                                         attribute("load_balancing.algorithm.type", "least_outstanding_requests")})}});

  t.add("HttpsListener", "AWS::ElasticLoadBalancingV2::Listener",
        {{"LoadBalancerArn", ref_to("LoadBalancer")},
         {"Port", 443},
         {"Protocol", "HTTPS"},
         {"SslPolicy", tls_policy},
         {"Certificates", list({object({{"CertificateArn", certificate(t, c)}})})},
         {"ListenerAttributes", list({attribute("routing.http.response.server.enabled", "false")})},
         {"DefaultActions", list({object({{"Type", "forward"}, {"TargetGroupArn", ref_to("TargetGroup")}})})}});
  t.add("HttpListener", "AWS::ElasticLoadBalancingV2::Listener",
        {{"LoadBalancerArn", ref_to("LoadBalancer")},
         {"Port", 80},
         {"Protocol", "HTTP"},
         {"DefaultActions",
          list({object(
              {{"Type", "redirect"},
               {"RedirectConfig", object({{"Protocol", "HTTPS"}, {"Port", "443"}, {"StatusCode", "HTTP_301"}})}})})}});

  if (!c.hosted_zone.empty())
    t.add("Address", "AWS::Route53::RecordSet",
          {{"HostedZoneId", c.hosted_zone},
           {"Name", c.domain},
           {"Type", "A"},
           {"AliasTarget", object({{"DNSName", get_att("LoadBalancer", "DNSName")},
                                   {"HostedZoneId", get_att("LoadBalancer", "CanonicalHostedZoneID")},
                                   {"EvaluateTargetHealth", false}})}});
  t.output("LoadBalancerName", "Where the domain has to point to", get_att("LoadBalancer", "DNSName"));
}

}  // namespace redoubt::stack
