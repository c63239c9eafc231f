#include <array>

#include "configuration.hpp"

namespace redoubt::stack {
namespace {

using C = Configuration;

constexpr std::string_view range_form = R"((\d{1,3}\.){3}\d{1,3}/\d{1,2})";
constexpr std::string_view region_form = R"(|[a-z]{2,4}(-[a-z]+)+-\d{1,2})";
constexpr std::string_view range_words = "an IPv4 address range such as 10.0.1.0/24";
constexpr std::string_view region_words = "an AWS region such as eu-central-1";

const std::array table{
    Option{
        "name", &C::name, R"("redoubt")", R"("redoubt")",
        "What the service is called. Names of resources start with it and the environment: it cannot be changed later.",
        "[a-z][a-z0-9-]{0,16}[a-z0-9]", "2 to 18 lower-case letters, digits and hyphens, a letter first"},
    Option{"environment", &C::environment, R"("development")", R"("production")",
           "production or development. Both have every control; the sizes and how long things are kept differ: "
           "`redoubt synth --explain` says what the difference costs.",
           "production|development", "production or development"},
    Option{"region", &C::region, R"("us-east-1")", R"("us-east-1")", "Where the service runs.", region_form,
           region_words},
    Option{"second_region", &C::second_region, R"("us-west-2")", R"("us-west-2")",
           "Where the database's backups are copied to, and where the service can be started again. Empty: nowhere.",
           region_form, region_words},
    Option{"new_regions", &C::new_regions, "[]", "[]",
           "Regions that AWS opened after this version of Redoubt: it takes those named here for real.", region_form,
           region_words},
    Option{"recovery_key", &C::recovery_key, R"("")", R"("")",
           "The ARN of the key in the second region, an output of second-region.template.json. Empty: the template "
           "asks for it as a parameter, RecoveryKeyArn.",
           R"(|arn:aws[a-z-]*:kms:[a-z0-9-]+:\d{12}:key/[0-9a-f-]+)", "the ARN of a KMS key"},
    Option{"domain", &C::domain, R"("api.example.com")", R"("api.example.com")",
           "The host name under which the service is reached, and for which the certificate is issued.",
           R"(([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63})", "a host name such as api.example.com"},
    Option{"hosted_zone", &C::hosted_zone, R"("")", R"("")",
           "The id of the Route 53 zone of the domain: the certificate is then validated, and the name points to the "
           "load balancer, by itself. Empty: both are yours to do.",
           "|Z[A-Z0-9]{4,31}", "the id of a hosted zone such as Z2FDTNDATAQYW2"},
    Option{"certificate", &C::certificate, R"("")", R"("")",
           "The ARN of a certificate that exists already. Empty: one is requested for the domain.",
           R"(|arn:aws[a-z-]*:acm:[a-z0-9-]+:\d{12}:certificate/[0-9a-f-]+)", "the ARN of an ACM certificate"},
    Option{"alert_emails", &C::alert_emails, R"(["security@example.com"])", R"(["security@example.com"])",
           "Who is told of alarms and findings. Each address gets a message from AWS that has to be confirmed.",
           R"([^@\s]+@[^@\s]+\.[^@\s]+)", "an e-mail address"},

    Option{"network.cidr", &C::network_cidr, R"("10.0.0.0/16")", R"("10.0.0.0/16")",
           "The private address range of the network.", range_form, range_words},
    Option{"network.public_subnets", &C::public_subnets, R"(["10.0.1.0/24", "10.0.2.0/24"])",
           R"(["10.0.1.0/24", "10.0.2.0/24"])", "One subnet a zone for the load balancer and the NAT gateways; 2 or 3.",
           range_form, range_words},
    Option{"network.private_subnets", &C::private_subnets, R"(["10.0.11.0/24", "10.0.12.0/24"])",
           R"(["10.0.11.0/24", "10.0.12.0/24"])", "One subnet a zone for the tasks and the database; as many.",
           range_form, range_words},
    Option{"network.nat_gateways",
           &C::nat_gateways,
           "1",
           "2",
           "How many zones have a NAT gateway of their own; the other zones go by the first one's.",
           {},
           {},
           1,
           3},
    Option{"network.denied_ranges", &C::denied_ranges, "[]", "[]",
           "Address ranges that the network's access lists and the firewall refuse; at most 8.", range_form,
           range_words},

    Option{"service.image", &C::image, R"("")", R"("")",
           "The container's image, by digest. Empty, as before anything was pushed to the repository that the stack "
           "makes: everything is deployed but no task runs.",
           R"(|[^@\s]+@sha256:[0-9a-f]{64})",
           "REPOSITORY@sha256:DIGEST (a tag can be moved to another image, a digest cannot)"},
    Option{"service.command", &C::command, "[]", "[]", "What the container runs; empty: what its image says."},
    Option{"service.port", &C::port, "8000", "8000", "The port that the container listens on.", {}, {}, 1024, 65535},
    Option{"service.health_path", &C::health_path, R"("/health/ready")", R"("/health/ready")",
           "What the load balancer asks for to see whether a task can take requests.", "/[^\\s]*",
           "a path that starts with /"},
    Option{"service.user", &C::user, R"("10001:10001")", R"("10001:10001")",
           "The user and group, by number, that the container runs as; never 0.", R"([1-9]\d{0,8}:[1-9]\d{0,8})",
           "UID:GID, neither of them 0"},
    Option{
        "service.tls", &C::tls, R"("made-at-start")", R"("made-at-start")",
        "How the load balancer reaches the container. made-at-start: by HTTPS; before the container starts, "
        "certificate_command makes a key and a certificate, /run/tls/key.pem and /run/tls/cert.pem, that never leave "
        "the task. own: by HTTPS; the container has a certificate. none: in plain text (control ENC-7 is refuted).",
        "made-at-start|own|none", "made-at-start, own or none"},
    Option{"service.certificate_command", &C::certificate_command, R"(["certificate", "/run/tls"])",
           R"(["certificate", "/run/tls"])",
           "What the image runs to make that certificate, in a container of its own."},
    Option{"service.migrate_command", &C::migrate_command, R"(["migrate"])", R"(["migrate"])",
           "What the image runs to bring the database's schema up to date, as the role that owns the tables. Empty: "
           "nothing of the kind."},
    Option{"service.cpu", &C::cpu, "256", "512", "CPU units of a task; 1024 are one virtual CPU.", {}, {}, 256, 4096},
    Option{"service.memory", &C::memory, "512", "1024", "Memory of a task, in MiB.", {}, {}, 512, 30720},
    Option{"service.min_tasks", &C::min_tasks, "1", "2", "How many tasks run at least.", {}, {}, 1, 1000},
    Option{"service.max_tasks", &C::max_tasks, "2", "10", "How many tasks run at most.", {}, {}, 1, 1000},
    Option{"service.admin_email", &C::admin_email, R"("")", R"("")",
           "The first administrator (ADMIN_EMAIL); a password is made for it in Secrets Manager. Empty: none.",
           R"(|[^@\s]+@[^@\s]+\.[^@\s]+)", "an e-mail address"},
    Option{"service.cors_origins", &C::cors_origins, "[]", "[]",
           "Web origins whose scripts may read answers (CORS_ORIGINS).", R"(https?://[^\s/*]+)",
           "an exact origin such as https://app.example.com"},
    Option{"service.metrics_namespace", &C::metrics_namespace, R"("Redoubt")", R"("Redoubt")",
           "The prefix of the CloudWatch namespaces that the service writes to and the alarms watch "
           "(METRICS_NAMESPACE).",
           R"([A-Za-z0-9][A-Za-z0-9._/#: -]{0,199})", "1 to 200 letters, digits and ._-/#:"},
    Option{"service.environment", &C::variables, "{}", "{}",
           "Further environment variables of the container. Nothing secret: see service.secrets."},
    Option{
        "service.secrets", &C::secrets, "{}", "{}",
        "Environment variables whose values are secrets: NAME = \"ARN\", or \"ARN:JSON-KEY::\" for one member of a "
        "secret that is a JSON object. Encrypt them with a key of the account, and let the execution role read them.",
        R"(arn:aws[a-z-]*:secretsmanager:[a-z0-9-]+:\d{12}:secret:[^:]+(:[^:]*:[^:]*:[^:]*)?)",
        "the ARN of a secret in Secrets Manager"},

    Option{"database.name", &C::database_name, R"("redoubt")", R"("redoubt")", "The database within the instance.",
           "[a-z][a-z0-9_]{0,62}", "lower-case letters, digits and underscores, a letter first"},
    Option{"database.class", &C::database_class, R"("db.t4g.micro")", R"("db.t4g.medium")", "The instance's class.",
           R"(db\.[a-z0-9]+\.[a-z0-9]+)", "an instance class such as db.t4g.medium"},
    Option{"database.version", &C::database_version, R"("17.11")", R"("17.11")",
           "PostgreSQL's version at first; later minor ones are installed by themselves.", R"(1[6-8]\.\d{1,2})",
           "a version of PostgreSQL 16, 17 or 18 such as 17.11"},
    Option{"database.storage_gib", &C::database_gib, "20", "50", "Storage at first, in GiB.", {}, {}, 20, 65536},
    Option{"database.max_storage_gib",
           &C::database_max_gib,
           "50",
           "500",
           "Up to which it grows by itself.",
           {},
           {},
           22,
           65536},
    Option{"database.multi_az", &C::multi_az, "true", "true",
           "A standby in another zone takes over within a minute or two."},
    Option{"database.backup_days",
           &C::backup_days,
           "7",
           "35",
           "How many days back the database can be restored to any second.",
           {},
           {},
           7,
           35},
    Option{"database.ca_file", &C::database_ca_file, R"("/etc/ssl/rds/global-bundle.pem")",
           R"("/etc/ssl/rds/global-bundle.pem")",
           "Where the image has the certificate authorities of RDS "
           "(https://truststore.pki.rds.amazonaws.com/global/global-bundle.pem).",
           R"(/[^\s?&]+)", "an absolute path"},
    Option{"database.snapshot", &C::database_snapshot, R"("")", R"("")",
           "A snapshot's name or ARN: the database starts with what is in it. Once it was used it has to stay here: "
           "taking it away would mean another database.",
           R"(|[A-Za-z0-9:-]+)", "the name or ARN of a database snapshot"},

    Option{"firewall.requests_per_five_minutes",
           &C::requests_per_five_minutes,
           "2000",
           "2000",
           "How many requests of one address the firewall lets through in five minutes.",
           {},
           {},
           10,
           2'000'000'000},
    Option{"firewall.counted_groups", &C::counted_groups, "[]", "[]",
           "Managed rule groups of the firewall that only count and refuse nothing, while they are tried.",
           "AWSManagedRules[A-Za-z]+", "the name of a group of AWS's managed rules"},

    Option{
        "secrets.rotation_days", &C::rotation_days, "30", "30", "How often credentials are replaced.", {}, {}, 1, 30},
    Option{"logs.retention_days", &C::log_days, "7", "365", "How long logs are kept.", {}, {}, 1, 3653},
    Option{"backup.retention_days",
           &C::vault_days,
           "7",
           "35",
           "How long the backups in the vault are kept.",
           {},
           {},
           7,
           3650},
    Option{
        "backup.lock", &C::vault_lock, R"("governance")", R"("compliance")",
        "Who can delete backups before their time. compliance: nobody, AWS included, once the lock is three days old; "
        "governance: whoever may remove the lock.",
        "governance|compliance", "governance or compliance"},

    Option{"account.existing", &C::existing, "[]", "[]",
           "What the account has already and can have only once: trail, guardduty, security-hub, config, config-role "
           "(the role AWSServiceRoleForConfig alone), access-analyzer. The account template then leaves it alone.",
           "trail|guardduty|security-hub|config|config-role|access-analyzer",
           "trail, guardduty, security-hub, config, config-role or access-analyzer"},
    Option{"account.trail_log_group", &C::trail_log_group, R"("redoubt-trail")", R"("redoubt-trail")",
           "The log group that the trail writes to.", "[A-Za-z0-9._/#-]{1,512}", "the name of a log group"},
    Option{"account.trail_days",
           &C::trail_days,
           "30",
           "365",
           "How long the trail's files can be neither changed nor deleted.",
           {},
           {},
           1,
           3650},
    Option{"account.trail_data_events", &C::trail_data_events, "false", "true",
           "Whether the trail records each read and write of an object in S3 too."},

    Option{"proof.image", &C::proof_image, R"("")", R"("")",
           "An image with redoubt and the AWS CLI, by digest in a private repository of ECR: the account template then "
           "proves the deployed templates by a schedule. Empty: nothing is proved by itself.",
           R"(|\d{12}\.dkr\.ecr\.[a-z0-9-]+\.amazonaws\.com/[a-z0-9._/-]+@sha256:[0-9a-f]{64})",
           "ACCOUNT.dkr.ecr.REGION.amazonaws.com/REPOSITORY@sha256:DIGEST"},
    Option{"proof.schedule", &C::proof_schedule, "\"rate(1 day)\"", "\"rate(1 day)\"",
           "When it is proved; once a week at least.", R"((rate|cron)\([^()]+\))",
           "an expression such as rate(1 day) or cron(0 6 ? * MON *)"},
    Option{"proof.stacks", &C::proof_stacks, "[]", "[]",
           "The names of the stacks that are proved together, as they were deployed: NAME, or NAME@REGION where that "
           "is another one.",
           "[A-Za-z][A-Za-z0-9-]{0,127}(@[a-z]{2,4}(-[a-z]+)+-\\d{1,2})?", "NAME or NAME@REGION"},
};

}  // namespace

std::span<const Option> options() {
  return table;
}

}  // namespace redoubt::stack
