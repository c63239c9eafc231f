#include "parts.hpp"
#include "policy.hpp"

namespace redoubt::stack {
namespace {

constexpr std::string_view certificate_folder = "/run/tls";

// A digest that no image has: before the first image is pushed the definition of the task is whole, and no task runs.
constexpr std::string_view no_image = "@sha256:0000000000000000000000000000000000000000000000000000000000000000";

Value image(const Configuration& c) {
  if (c.has_image()) return estate::text(c.image);
  return sub(
      fmt::format("${{AWS::AccountId}}.dkr.ecr.${{AWS::Region}}.${{AWS::URLSuffix}}/{}{}", c.prefix(), no_image));
}

Value pair(std::string_view name, Item value) {
  return object({{"Name", name}, {"Value", std::move(value)}});
}

Value secret(std::string_view name, Value from) {
  return object({{"Name", name}, {"ValueFrom", std::move(from)}});
}

Value joined(const std::vector<std::string>& texts) {
  return estate::text(fmt::format("{}", fmt::join(texts, ",")));
}

Value environment(const Configuration& c) {
  const bool own_tls = c.tls == "made-at-start";
  Value out = list(
      {pair("REDOUBT_ENV", c.environment), pair("HOST", "0.0.0.0"), pair("PORT", std::to_string(c.port)),
       pair("ALLOWED_HOSTS", c.domain),
       // The load balancer's addresses: what it says of the client is believed, nobody else's word is.
       pair("TRUSTED_PROXIES", joined(c.public_subnets)),
       pair("DATABASE_URL", sub(fmt::format("postgresql://${{Database.Endpoint.Address}}:${{Database.Endpoint.Port}}/"
                                            "{}?sslmode=verify-full&sslrootcert={}",
                                            c.database_name, c.database_ca_file))),
       pair("METRICS_NAMESPACE", c.metrics_namespace), pair("AUDIT_LOG", "stderr"),
       own_tls ? pair("TLS_CERT_FILE", fmt::format("{}/cert.pem", certificate_folder)) : nothing(),
       own_tls ? pair("TLS_KEY_FILE", fmt::format("{}/key.pem", certificate_folder)) : nothing(),
       c.cors_origins.empty() ? nothing() : pair("CORS_ORIGINS", joined(c.cors_origins)),
       c.admin_email.empty() ? nothing() : pair("ADMIN_EMAIL", c.admin_email)});
  for (const auto& [name, value] : c.variables) {
    const auto same = std::ranges::find_if(out.items, [&](const Value& entry) { return entry["Name"].text == name; });
    if (same != out.items.end())
      *same = pair(name, value);
    else
      out.items.push_back(pair(name, value));
  }
  return out;
}

Value secrets(const Configuration& c, std::string_view database_secret) {
  Value out = list({secret("DATABASE_USER", sub(fmt::format("${{{}}}:username::", database_secret))),
                    secret("DATABASE_PASSWORD", sub(fmt::format("${{{}}}:password::", database_secret)))});
  if (database_secret == "OwnerSecret") return out;
  out.items.push_back(secret("JWT_SECRET", sub("${TokenSecret}:current::")));
  out.items.push_back(secret("JWT_SECRET_PREVIOUS", sub("${TokenSecret}:accepted::")));
  if (!c.admin_email.empty()) out.items.push_back(secret("ADMIN_PASSWORD", ref_to("AdministratorSecret")));
  for (const auto& [name, from] : c.secrets) out.items.push_back(secret(name, estate::text(from)));
  return out;
}

// What every container of the stack has, whatever it does: nothing that it could change, nothing that it may do beyond
// an ordinary user.
Value container(std::string_view name, const Configuration& c, std::string_view log_prefix, Item command) {
  return object(
      {{"Name", name},
       {"Image", image(c)},
       {"Command", std::move(command)},
       {"User", c.user},
       {"Privileged", false},
       {"ReadonlyRootFilesystem", true},
       {"LinuxParameters", object({{"InitProcessEnabled", true}, {"Capabilities", object({{"Drop", list({"ALL"})}})}})},
       {"LogConfiguration", object({{"LogDriver", "awslogs"},
                                    {"Options", object({{"awslogs-group", ref_to("ServiceLogGroup")},
                                                        {"awslogs-region", ref_to("AWS::Region")},
                                                        {"awslogs-stream-prefix", log_prefix},
                                                        // A log that cannot be written must not stop the service.
                                                        {"mode", "non-blocking"},
                                                        {"max-buffer-size", "25m"}})}})}});
}

Value mount(std::string_view volume, std::string_view path, bool read_only) {
  return object({{"SourceVolume", volume}, {"ContainerPath", path}, {"ReadOnly", read_only}});
}

Value command_of(const std::vector<std::string>& words) {
  return words.empty() ? nothing() : list(words);
}

// The certificate is made anew for each task, and its key never leaves the task: the load balancer encrypts, and does
// not verify ("Target groups for your Application Load Balancers": target certificates are not validated).
Value containers(const Configuration& c) {
  const bool made = c.tls == "made-at-start";
  Value main = container("service", c, "service", command_of(c.command));
  main.set("Essential", estate::boolean(true));
  main.set("PortMappings", list({object({{"ContainerPort", c.port}, {"Protocol", "tcp"}})}));
  main.set("Environment", environment(c));
  main.set("Secrets", secrets(c, "DatabaseSecret"));
  main.set("MountPoints", made ? list({mount("tmp", "/tmp", false), mount("tls", certificate_folder, true)})
                               : list({mount("tmp", "/tmp", false)}));
  // As long as the service takes to end by itself: DRAIN_SECONDS and SHUTDOWN_SECONDS, and a few.
  main.set("StopTimeout", estate::number(40));
  if (!made) return list({main});
  Value certificate = container("certificate", c, "certificate", list(c.certificate_command));
  certificate.set("Essential", estate::boolean(false));
  certificate.set("MountPoints", list({mount("tls", certificate_folder, false)}));
  main.set("DependsOn", list({object({{"ContainerName", "certificate"}, {"Condition", "SUCCESS"}})}));
  return list({certificate, main});
}

void add_task(Template& t, const Configuration& c, std::string_view id, const std::string& family,
              std::string_view execution_role, Value volumes, Value definitions) {
  t.add(id, "AWS::ECS::TaskDefinition",
        {{"Family", family},
         {"RequiresCompatibilities", list({"FARGATE"})},
         {"RuntimePlatform", object({{"OperatingSystemFamily", "LINUX"}, {"CpuArchitecture", "X86_64"}})},
         {"NetworkMode", "awsvpc"},
         {"Cpu", std::to_string(c.cpu)},
         {"Memory", std::to_string(c.memory)},
         {"ExecutionRoleArn", get_att(execution_role, "Arn")},
         {"TaskRoleArn", get_att("TaskRole", "Arn")},
         {"Volumes", std::move(volumes)},
         {"ContainerDefinitions", std::move(definitions)}});
}

Value taken_by_tasks() {
  return taken_by("ecs-tasks.amazonaws.com",
                  object({{"StringEquals", object({{"aws:SourceAccount", ref_to("AWS::AccountId")}})},
                          {"ArnLike", object({{"aws:SourceArn", arn("ecs", "*")}})}}));
}

// Where a secret's own ARN ends: what follows names a member, a stage or a version of it.
std::string secret_arn(const std::string& from) {
  std::size_t end = 0;
  for (int colons = 0; end < from.size(); ++end)
    if (from[end] == ':' && ++colons == 7) break;
  return from.substr(0, end);
}

// Pulls this image, writes this log, reads these secrets.
void add_execution_role(Template& t, std::string_view id, Value readable) {
  t.add(id, "AWS::IAM::Role",
        {{"AssumeRolePolicyDocument", taken_by_tasks()},
         {"Policies",
          list({inline_policy("pull-image", {allow("ecr:GetAuthorizationToken", "*"),
                                             allow(list({"ecr:BatchCheckLayerAvailability",
                                                         "ecr:GetDownloadUrlForLayer", "ecr:BatchGetImage"}),
                                                   get_att("Images", "Arn"))}),
                inline_policy("write-log", {allow(list({"logs:CreateLogStream", "logs:PutLogEvents"}),
                                                  get_att("ServiceLogGroup", "Arn"))}),
                inline_policy("read-secrets",
                              {allow("secretsmanager:GetSecretValue", std::move(readable)),
                               allow("kms:Decrypt", get_att("SecretsKey", "Arn"),
                                     condition("StringEquals", "kms:ViaService",
                                               sub("secretsmanager.${AWS::Region}.${AWS::URLSuffix}")))})})}});
}

void add_roles(Template& t, const Configuration& c) {
  Value readable = list({ref_to("DatabaseSecret"), ref_to("TokenSecret"),
                         c.admin_email.empty() ? nothing() : ref_to("AdministratorSecret")});
  std::vector<std::string> others;
  for (const auto& [name, from] : c.secrets)
    if (!contains(others, secret_arn(from))) others.push_back(secret_arn(from));
  for (const std::string& other : others) readable.items.push_back(estate::text(other));
  add_execution_role(t, "TaskExecutionRole", std::move(readable));
  // The service asks nothing of AWS: it logs to its standard error, and its secrets are handed to it.
  t.add("TaskRole", "AWS::IAM::Role", {{"AssumeRolePolicyDocument", taken_by_tasks()}});
}

void add_migration(Template& t, const Configuration& c) {
  add_execution_role(t, "MigrationExecutionRole", list({ref_to("OwnerSecret")}));
  Value migration = container("migration", c, "migration", list(c.migrate_command));
  migration.set("Essential", estate::boolean(true));
  migration.set("Environment", environment(c));
  migration.set("Secrets", secrets(c, "OwnerSecret"));
  migration.set("MountPoints", list({mount("tmp", "/tmp", false)}));
  add_task(t, c, "MigrationTask", c.prefix() + "-migration", "MigrationExecutionRole",
           list({object({{"Name", "tmp"}})}), list({std::move(migration)}));
}

}  // namespace

void add_container_service(Template& t, const Configuration& c) {
  add_log_group(t, "ServiceLogGroup", fmt::format("/{}/service", c.prefix()), c.log_days, "MonitoringKey");
  add_roles(t, c);
  Value volumes = list({object({{"Name", "tmp"}}), c.tls == "made-at-start" ? object({{"Name", "tls"}}) : nothing()});
  add_task(t, c, "Task", c.prefix(), "TaskExecutionRole", std::move(volumes), containers(c));
  if (!c.migrate_command.empty()) add_migration(t, c);

  t.add("Cluster", "AWS::ECS::Cluster",
        {{"ClusterName", c.prefix()},
         {"ClusterSettings", list({object({{"Name", "containerInsights"}, {"Value", "enhanced"}})})}});
  Value subnets = list({});
  for (std::size_t zone = 1; zone <= c.private_subnets.size(); ++zone)
    subnets.items.push_back(ref_to(fmt::format("PrivateSubnet{}", zone)));
  t.add("Service", "AWS::ECS::Service",
        {{"ServiceName", c.prefix()},
         {"Cluster", ref_to("Cluster")},
         {"TaskDefinition", ref_to("Task")},
         {"LaunchType", "FARGATE"},
         {"PlatformVersion", "LATEST"},
         // How many tasks run is the scaling's to say, once there is an image.
         {"DesiredCount", c.has_image() ? nothing() : estate::number(0)},
         {"AvailabilityZoneRebalancing", "ENABLED"},
         {"DeploymentConfiguration",
          object({{"MinimumHealthyPercent", 100},
                  {"MaximumPercent", 200},
                  {"DeploymentCircuitBreaker", object({{"Enable", true}, {"Rollback", true}})},
                  {"Alarms",
                   object({{"Enable", true},
                           {"Rollback", true},
                           {"AlarmNames", list({ref_to("ServerErrorsAlarm"), ref_to("UnhealthyTasksAlarm")})}})}})},
         {"HealthCheckGracePeriodSeconds", 60},
         {"EnableExecuteCommand", false},
         {"EnableECSManagedTags", true},
         {"PropagateTags", "SERVICE"},
         {"NetworkConfiguration",
          object({{"AwsvpcConfiguration", object({{"AssignPublicIp", "DISABLED"},
                                                  {"Subnets", subnets},
                                                  {"SecurityGroups", list({get_att("TaskGroup", "GroupId")})}})}})},
         {"LoadBalancers",
          list({object(
              {{"ContainerName", "service"}, {"ContainerPort", c.port}, {"TargetGroupArn", ref_to("TargetGroup")}})})}})
      .after({"HttpsListener"});
  t.output("ClusterName", "The ECS cluster", ref_to("Cluster"));
  t.output("ServiceName", "The ECS service", get_att("Service", "Name"));
}

void add_scaling(Template& t, const Configuration& c) {
  t.add("ScalableTasks", "AWS::ApplicationAutoScaling::ScalableTarget",
        {{"ServiceNamespace", "ecs"},
         {"ScalableDimension", "ecs:service:DesiredCount"},
         {"ResourceId", sub("service/${Cluster}/${Service.Name}")},
         {"MinCapacity", c.has_image() ? c.min_tasks : 0},
         {"MaxCapacity", c.has_image() ? c.max_tasks : 0}});
  const auto track = [&](std::string_view id, std::string_view metric, int percent) {
    t.add(id, "AWS::ApplicationAutoScaling::ScalingPolicy",
          {{"PolicyName", fmt::format("{}-{}", c.prefix(), id)},
           {"PolicyType", "TargetTrackingScaling"},
           {"ScalingTargetId", ref_to("ScalableTasks")},
           {"TargetTrackingScalingPolicyConfiguration",
            object({{"PredefinedMetricSpecification", object({{"PredefinedMetricType", metric}})},
                    {"TargetValue", percent},
                    {"ScaleOutCooldown", 60},
                    {"ScaleInCooldown", 300}})}});
  };
  track("ScaleOnProcessor", "ECSServiceAverageCPUUtilization", 60);
  track("ScaleOnMemory", "ECSServiceAverageMemoryUtilization", 70);
}

}  // namespace redoubt::stack
