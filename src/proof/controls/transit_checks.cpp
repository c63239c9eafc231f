// ENC-6 to ENC-9: encryption in transit, from the public entry to the database.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "databases.hpp"
#include "property_checks.hpp"
#include "reading.hpp"
#include "value_text.hpp"

namespace redoubt::controls {
namespace {

constexpr std::string_view listener_type = "AWS::ElasticLoadBalancingV2::Listener";
constexpr std::string_view balancer_type = "AWS::ElasticLoadBalancingV2::LoadBalancer";
constexpr std::string_view classic_type = "AWS::ElasticLoadBalancing::LoadBalancer";

bool is_one_of(std::string_view text, std::initializer_list<std::string_view> list) {
  return std::ranges::find(list, text) != list.end();
}

void https_listener(Inquiry& ask) {
  for (const Resource* balancer : ask.resources(balancer_type)) {
    const Known<std::string> scheme = ask.text(*balancer, "Scheme");
    if (scheme.known() && scheme.value == "internal") continue;
    const Known<std::string> type = ask.text(*balancer, "Type");
    if (type.known() && type.value != "application") continue;
    std::string why;
    const Resource* found = nullptr;
    for (const Resource* listener : naming(ask, listener_type, "LoadBalancerArn", *balancer)) {
      const Known<std::string> protocol = ask.text(*listener, "Protocol");
      if (protocol.unknown()) why = protocol.why;
      if (protocol.known() && protocol.value == "HTTPS" && !is_empty(ask.get(*listener, "Certificates")))
        found = listener;
    }
    if (found != nullptr)
      ask.proved(balancer, found->at, fmt::format("{} is an HTTPS listener with a certificate", found->id));
    else if (!why.empty())
      ask.unknown(balancer, {}, why);
    else
      ask.refuted(balancer, {}, "no listener of its own has Protocol HTTPS and Certificates");
  }
}

// Do these actions do nothing but redirect to HTTPS? `text` says what they do else.
Truth only_redirect(Inquiry& ask, const Value& actions, std::string& text) {
  const std::vector<Value> list = items_of(actions);
  if (list.empty()) {
    text = "it has no redirect action";
    return truth(false);
  }
  for (const Value& action : list) {
    const Known<std::string> type = ask.in().text(action["Type"]);
    if (type.unknown()) return unknown_truth(type.why);
    if (!type.known() || type.value != "redirect") {
      text = fmt::format("its action is {}", type.known() ? type.value : "not given");
      return truth(false);
    }
    const Known<std::string> protocol = ask.in().text(action["RedirectConfig"]["Protocol"]);
    if (protocol.unknown()) return unknown_truth(protocol.why);
    if (!protocol.known() || protocol.value != "HTTPS") {
      // "#{protocol}", which is also what AWS takes for nothing, keeps the request's own.
      text = fmt::format("it redirects to {}", protocol.known() ? protocol.value : "the same protocol");
      return truth(false);
    }
  }
  return truth(true);
}

void plain_http_redirected(Inquiry& ask, const Resource& listener) {
  const Value protocol_value = ask.get(listener, "Protocol");
  const Known<std::string> protocol = ask.in().text(protocol_value);
  if (protocol.unknown()) return ask.unknown(&listener, protocol_value.at, protocol.why);
  if (protocol.known() && !is_one_of(protocol.value, {"HTTP", "http"})) return;
  if (protocol.absent()) {
    // A rule of a gateway load balancer has no protocol; an application load balancer takes it from port 80.
    const Known<double> port = ask.number(listener, "Port");
    if (!port.known() || (port.value != 80 && port.value != 8080)) return;
  }
  std::string text;
  const Value actions = ask.get(listener, "DefaultActions");
  const Truth redirects = only_redirect(ask, actions, text);
  ask.expect(listener, actions.at, redirects, "it redirects to HTTPS and does nothing else",
             fmt::format("it answers plain HTTP: {}", text));
  for (const Resource* rule : naming(ask, "AWS::ElasticLoadBalancingV2::ListenerRule", "ListenerArn", listener)) {
    const Truth rule_redirects = only_redirect(ask, ask.get(*rule, "Actions"), text);
    ask.expect(listener, rule->at, rule_redirects, fmt::format("{} redirects to HTTPS", rule->id),
               fmt::format("{} answers plain HTTP: {}", rule->id, text));
  }
}

void classic_plain_http(Inquiry& ask, const Resource& balancer) {
  for (const Value& listener : items_of(ask.get(balancer, "Listeners"))) {
    const Known<std::string> protocol = ask.in().text(listener["Protocol"]);
    if (protocol.unknown())
      ask.unknown(&balancer, listener.at, protocol.why);
    else if (protocol.known() && is_one_of(protocol.value, {"HTTP", "http"}))
      ask.refuted(&balancer, listener.at,
                  "a listener answers plain HTTP, which a classic load balancer cannot redirect");
  }
  ask.proved(&balancer, {}, "no listener answers plain HTTP");
}

// "Security policies for your Application Load Balancer" and "… Network Load Balancer": the names say which versions a
// policy admits; the first after TLS13 or FS is the lowest.
bool demands_tls_1_2(std::string_view policy) {
  constexpr std::string_view prefix = "ELBSecurityPolicy-";
  if (!policy.starts_with(prefix)) return false;
  policy.remove_prefix(prefix.size());
  constexpr std::array good{"TLS13-1-2", "TLS13-1-3", "TLS-1-2", "FS-1-2"};
  return std::ranges::any_of(good, [&](std::string_view each) {
    return policy.starts_with(each) && (policy.size() == each.size() || policy[each.size()] == '-');
  });
}

void tls_policy_where(Inquiry& ask, const Resource& listener, bool (*good)(std::string_view), std::string_view wanted) {
  const Known<std::string> protocol = ask.text(listener, "Protocol");
  if (protocol.unknown()) return ask.unknown(&listener, {}, protocol.why);
  if (!protocol.known() || !is_one_of(protocol.value, {"HTTPS", "TLS"})) return;
  const Value value = ask.get(listener, "SslPolicy");
  const Known<std::string> policy = ask.in().text(value);
  if (policy.unknown()) return ask.unknown(&listener, value.at, policy.why);
  if (policy.absent())
    return ask.refuted(&listener, {}, "SslPolicy is absent, which AWS takes as ELBSecurityPolicy-2016-08 (TLS 1.0)");
  if (good(policy.value))
    ask.proved(&listener, value.at, fmt::format("SslPolicy is {}", policy.value));
  else
    ask.refuted(&listener, value.at, fmt::format("SslPolicy is {}, which {}", policy.value, wanted));
}

void tls_policy(Inquiry& ask, const Resource& listener) {
  tls_policy_where(ask, listener, demands_tls_1_2, "admits versions before TLS 1.2");
}

void tls_policy_current(Inquiry& ask, const Resource& listener) {
  tls_policy_where(
      ask, listener,
      [](std::string_view policy) {
        return demands_tls_1_2(policy) && policy.find("TLS13-") != std::string_view::npos;
      },
      "does not offer TLS 1.3 from TLS 1.2 on");
}

// A classic load balancer names a policy of AWS's in an attribute of its own policy.
void classic_tls_policy(Inquiry& ask, const Resource& balancer) {
  bool encrypted = false;
  for (const Value& listener : items_of(ask.get(balancer, "Listeners"))) {
    const Known<std::string> protocol = ask.in().text(listener["Protocol"]);
    encrypted = encrypted || (protocol.known() && is_one_of(protocol.value, {"HTTPS", "SSL", "https", "ssl"}));
  }
  if (!encrypted) return;
  const Value policies = ask.get(balancer, "Policies");
  for (const Value& policy : items_of(policies)) {
    const Value name = value_for(ask, policy["Attributes"], "Reference-Security-Policy", "Name", "Value");
    const Known<std::string> text = ask.in().text(name);
    if (text.unknown()) return ask.unknown(&balancer, name.at, text.why);
    if (text.known() && demands_tls_1_2(text.value))
      return ask.proved(&balancer, name.at, fmt::format("its policy is {}", text.value));
  }
  ask.refuted(&balancer, policies.at, "no policy of its listeners refers to one of AWS's that demands TLS 1.2");
}

constexpr std::string_view https_only[] = {"https-only", "redirect-to-https"};

void distribution_https(Inquiry& ask, const Resource& distribution) {
  const Value configuration = ask.get(distribution, "DistributionConfig");
  std::vector<Value> behaviours = items_of(configuration["CacheBehaviors"]);
  if (!is_empty(configuration["DefaultCacheBehavior"])) behaviours.push_back(configuration["DefaultCacheBehavior"]);
  if (behaviours.empty()) return ask.unknown(&distribution, configuration.at, "it has no cache behaviour to look at");
  for (const Value& behaviour : behaviours) {
    const Known<std::string> policy = ask.in().text(behaviour["ViewerProtocolPolicy"]);
    if (policy.unknown())
      ask.unknown(&distribution, behaviour.at, policy.why);
    else if (!policy.known() || std::ranges::find(https_only, policy.value) == std::end(https_only))
      ask.refuted(&distribution, behaviour["ViewerProtocolPolicy"].at,
                  fmt::format("ViewerProtocolPolicy of a cache behaviour is {}",
                              policy.known() ? policy.value : "absent, which AWS takes as allow-all"));
  }
  ask.proved(&distribution, {}, "every cache behaviour demands or redirects to HTTPS");
}

void distribution_tls(Inquiry& ask, const Resource& distribution) {
  const Value certificate = ask.get(distribution, "DistributionConfig.ViewerCertificate");
  const Value& value = certificate["MinimumProtocolVersion"];
  const Truth by_default = ask.in().boolean(certificate["CloudFrontDefaultCertificate"]);
  if (surely(by_default) || is_empty(certificate))
    return ask.refuted(
        &distribution, certificate.at,
        "with CloudFront's own certificate the minimum is TLS 1.0, whatever MinimumProtocolVersion says");
  const Known<std::string> version = ask.in().text(value);
  if (version.unknown()) return ask.unknown(&distribution, value.at, version.why);
  const std::string text = version.known() ? fmt::format("MinimumProtocolVersion is {}", version.value)
                                           : std::string("MinimumProtocolVersion is absent, which AWS takes as TLSv1");
  if (version.known() && (version.value.starts_with("TLSv1.2_") || version.value.starts_with("TLSv1.3_")))
    ask.proved(&distribution, value.at, text);
  else
    ask.refuted(&distribution, value.at, text);
}

void domain_tls(Inquiry& ask, const Resource& domain) {
  const Value value = ask.get(domain, "DomainEndpointOptions.TLSSecurityPolicy");
  const Known<std::string> policy = ask.in().text(value);
  if (policy.unknown()) return ask.unknown(&domain, value.at, policy.why);
  if (policy.known() && policy.value.starts_with("Policy-Min-TLS-1-2"))
    ask.proved(&domain, value.at, fmt::format("TLSSecurityPolicy is {}", policy.value));
  else
    ask.refuted(&domain, value.at,
                policy.known() ? fmt::format("TLSSecurityPolicy is {}", policy.value)
                               : "TLSSecurityPolicy is absent, which AWS takes as Policy-Min-TLS-1-0-2019-07");
}

void domain_https(Inquiry& ask, const Resource& domain) {
  ask.expect_true(domain, "DomainEndpointOptions.EnforceHTTPS");
}

constexpr std::string_view tls_1_2[] = {"TLS_1_2"};

void domain_name_tls(Inquiry& ask, const Resource& name) {
  ask.expect_one_of(name, "SecurityPolicy", tls_1_2);
}

void api_domain_tls(Inquiry& ask, const Resource& api) {
  if (!is_empty(ask.get(api, "Domain"))) ask.expect_one_of(api, "Domain.SecurityPolicy", tls_1_2);
}

void http_domain_name_tls(Inquiry& ask, const Resource& name) {
  const Value configurations = ask.get(name, "DomainNameConfigurations");
  for (const Value& each : items_of(configurations)) {
    const Known<std::string> policy = ask.in().text(each["SecurityPolicy"]);
    if (policy.unknown())
      ask.unknown(&name, each.at, policy.why);
    else  // "AWS::ApiGatewayV2::DomainName": TLS_1_2 is the only one
      ask.proved(&name, each.at, "an HTTP or WebSocket API's domain name admits TLS 1.2 only");
  }
}

void target_group_encrypted(Inquiry& ask, const Resource& group) {
  const Known<std::string> type = ask.text(group, "TargetType");
  if (type.known() && type.value == "lambda") return;  // invoked over AWS's API
  const Value value = ask.get(group, "Protocol");
  const Known<std::string> protocol = ask.in().text(value);
  if (protocol.unknown()) return ask.unknown(&group, value.at, protocol.why);
  if (protocol.known() && protocol.value == "GENEVE") return;  // a gateway load balancer's
  if (protocol.known() && is_one_of(protocol.value, {"HTTPS", "TLS"}))
    ask.proved(&group, value.at, fmt::format("Protocol is {}", protocol.value));
  else
    ask.refuted(&group, value.at,
                protocol.known() ? fmt::format("Protocol is {}", protocol.value) : "Protocol is not given");
}

void file_system_in_transit(Inquiry& ask, const Resource& definition) {
  for (const Value& volume : items_of(ask.get(definition, "Volumes"))) {
    // The documented spelling, and one that the API forgives.
    Value configuration = volume["EFSVolumeConfiguration"];
    if (!configuration) configuration = volume["EfsVolumeConfiguration"];
    if (is_empty(configuration)) continue;
    const Known<std::string> encryption = ask.in().text(configuration["TransitEncryption"]);
    if (encryption.unknown())
      ask.unknown(&definition, configuration.at, encryption.why);
    else if (encryption.known() && encryption.value == "ENABLED")
      ask.proved(&definition, configuration.at, "TransitEncryption is ENABLED");
    else
      ask.refuted(&definition, configuration.at,
                  fmt::format("TransitEncryption of a volume is {}",
                              encryption.known() ? encryption.value : "absent, which AWS takes as DISABLED"));
  }
}

// With "preferred" a cache takes plain connections as well ("In-transit encryption", ElastiCache).
void cache_in_transit(Inquiry& ask, const Resource& cache) {
  static constexpr std::string_view wanted[] = {"required"};
  ask.expect_true(cache, "TransitEncryptionEnabled");
  ask.expect_one_of(cache, "TransitEncryptionMode", wanted, "required");
}

void streaming_in_transit(Inquiry& ask, const Resource& cluster) {
  static constexpr std::string_view tls[] = {"TLS"};
  ask.expect_one_of(cluster, "EncryptionInfo.EncryptionInTransit.ClientBroker", tls, "TLS");
  ask.expect_true(cluster, "EncryptionInfo.EncryptionInTransit.InCluster", true);
}

// Which parameter makes an engine refuse plain connections, and which values of it do.
struct ForceSetting {
  std::string_view name;
  bool on_by_default = false;
};

ForceSetting force_setting(std::string_view engine, double major) {
  // "Using SSL with a PostgreSQL DB instance": rds.force_ssl is 1 by default from PostgreSQL 15 on.
  constexpr double first_forced = 15;
  if (engine == "postgres") return {"rds.force_ssl", major >= first_forced};
  if (engine == "aurora-postgresql") return {"rds.force_ssl", major >= 17};
  if (engine.starts_with("sqlserver")) return {"rds.force_ssl"};
  if (is_mysql(engine)) return {"require_secure_transport"};
  if (engine == "docdb") return {"tls", true};
  if (engine == "neptune") return {"neptune_enforce_ssl", true};
  return {};
}

void ssl_forced(Inquiry& ask, const Resource& database) {
  if (is_cluster_member(ask, database)) return;
  const Known<std::string> engine = engine_of(ask, database);
  if (!engine.known()) {
    if (engine.unknown() || is_empty(ask.get(database, "SourceDBInstanceIdentifier")))
      ask.unknown(&database, {}, engine.unknown() ? engine.why : "Engine is not given");
    else
      ask.unknown(&database, {}, "its engine is that of its source");
    return;
  }
  const Known<std::string> version = ask.text(database, "EngineVersion");
  const double major = version.known() ? std::strtod(version.value.c_str(), nullptr) : 0;
  const ForceSetting setting = force_setting(engine.value, major);
  if (setting.name.empty())
    return ask.unknown(&database, {}, fmt::format("how {} refuses plain connections is not known", engine.value));

  const bool is_cluster = database.type.ends_with("::DBCluster");
  const std::string_view group_name = is_cluster ? "DBClusterParameterGroupName" : "DBParameterGroupName";
  const Value group_value = ask.get(database, group_name);
  const Resource* const group = ask.in().target(group_value);
  if (group == nullptr && !is_empty(group_value)) {
    const Known<std::string> name = ask.in().text(group_value);
    if (!name.known() || !name.value.starts_with("default."))
      return ask.unknown(
          &database, group_value.at,
          fmt::format("the parameter group {} is not among the sources", text_of(ask.estate(), group_value)));
  }
  const Value value = group == nullptr ? Value{} : ask.get(*group, "Parameters")[setting.name];
  const Known<std::string> text = ask.in().text(value);
  if (text.unknown()) return ask.unknown(&database, value.at, text.why);
  const std::string where = group == nullptr ? "the default parameter group" : group->id;
  if (text.known()) {
    const bool on =
        is_one_of(text.value, {"1", "ON", "on", "true", "TRUE", "enabled", "tls1.2+", "tls1.3+", "fips-140-3"});
    const std::string found = fmt::format("{} of {} is {}", setting.name, where, text.value);
    return on ? ask.proved(&database, value.at, found) : ask.refuted(&database, value.at, found);
  }
  if (setting.on_by_default)
    return ask.proved(&database, {},
                      fmt::format("{} is on by default for this engine, and {} leaves it", setting.name, where));
  if (!version.known() && is_postgres(engine.value))
    return ask.unknown(&database, {},
                       version.unknown() ? version.why : "EngineVersion is not given, and RDS chooses the newest");
  ask.refuted(&database, group_value.at, fmt::format("{} does not set {}", where, setting.name));
}

// The literal text of a value: what is certain of it wherever references stand in between.
std::string literal_parts(const Value& value) {
  if (value.is(Kind::text)) return value.text;
  std::string out;
  if (value.is(Kind::joined))
    for (const Value& item : value.items) out += item.is(Kind::text) ? item.text : std::string("\x01");
  return out;
}

void verify_full(Inquiry& ask, const Resource& definition) {
  for (const Value& container : items_of(ask.get(definition, "ContainerDefinitions")))
    for (const Value& variable : items_of(container["Environment"])) {
      const std::string text = literal_parts(variable["Value"]);
      if (!text.starts_with("postgres://") && !text.starts_with("postgresql://")) continue;
      const Known<std::string> name = ask.in().text(variable["Name"]);
      const std::string_view called = name.known() ? std::string_view(name.value) : "a variable";
      const bool verifies = text.find("sslmode=verify-full") != std::string::npos;
      const bool has_root = text.find("sslrootcert=") != std::string::npos;
      if (verifies && has_root)
        ask.proved(&definition, variable.at,
                   fmt::format("{} demands sslmode=verify-full with a root certificate", called));
      else
        ask.refuted(&definition, variable.at,
                    fmt::format("{} {}", called,
                                verifies ? "names no sslrootcert, so that any server of the system's roots is taken"
                                         : "does not demand sslmode=verify-full"));
    }
}

}  // namespace

std::vector<Check> transit_checks() {
  return {
      {"ENC-6.https-listener", Method::property, {}, {}, https_listener},
      by_type("ENC-6.plain-http-redirected",
              {{listener_type, plain_http_redirected}, {classic_type, classic_plain_http}}),
      by_type("ENC-6.tls-policy", {{listener_type, tls_policy}, {classic_type, classic_tls_policy}}),
      {"ENC-6.tls-policy-current", Method::property, {listener_type}, tls_policy_current},
      by_type("ENC-6.other-entries-https", {{"AWS::CloudFront::Distribution", distribution_https},
                                            {"AWS::Elasticsearch::Domain", domain_https},
                                            {"AWS::OpenSearchService::Domain", domain_https}}),
      by_type("ENC-6.other-entries-tls", {{"AWS::CloudFront::Distribution", distribution_tls},
                                          {"AWS::Elasticsearch::Domain", domain_tls},
                                          {"AWS::OpenSearchService::Domain", domain_tls},
                                          {"AWS::ApiGateway::DomainName", domain_name_tls},
                                          {"AWS::ApiGatewayV2::DomainName", http_domain_name_tls},
                                          {"AWS::Serverless::Api", api_domain_tls}}),
      {"ENC-7.target-group-encrypted",
       Method::property,
       {"AWS::ElasticLoadBalancingV2::TargetGroup"},
       target_group_encrypted},
      {"ENC-7.file-system-in-transit", Method::property, {"AWS::ECS::TaskDefinition"}, file_system_in_transit},
      must_be_true("ENC-7.other-links-encrypted",
                   {{"AWS::Elasticsearch::Domain", "NodeToNodeEncryptionOptions.Enabled"},
                    {"AWS::OpenSearchService::Domain", "NodeToNodeEncryptionOptions.Enabled"}}),
      by_type("ENC-7.other-links-encrypted",
              {{"AWS::MSK::Cluster", streaming_in_transit}, {"AWS::ElastiCache::ReplicationGroup", cache_in_transit}}),
      {"ENC-8.ssl-forced", Method::property, {db_instance, db_cluster, docdb_cluster, neptune_cluster}, ssl_forced},
      {"ENC-9.verify-full", Method::property, {"AWS::ECS::TaskDefinition"}, verify_full},
  };
}

}  // namespace redoubt::controls
