#include "configuration.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <re2/re2.h>

#include <array>
#include <charconv>
#include <optional>

#include "regions.hpp"
#include "toml.hpp"

namespace redoubt::stack {
namespace {

using estate::Kind;
using estate::ReadError;

// What is wrong, and where; absent while nothing is.
using Problem = std::optional<ReadError>;

struct Reading {
  std::string_view file;
  Configuration& configuration;

  [[nodiscard]] ReadError error(const Value& at, std::string reason) const {
    return {std::string(file), at.at.line, std::move(reason)};
  }

  Problem check_text(const Option& option, const Value& value, std::string_view what) const {
    if (!value.is(Kind::text)) return error(value, fmt::format("{} is no text (write it in quotes)", what));
    if (value.text.contains('\0')) return error(value, fmt::format("{} holds a zero byte", what));
    if (!option.form.empty() &&
        !RE2::FullMatch(value.text, RE2(re2::StringPiece(option.form.data(), option.form.size()))))
      return error(value, fmt::format("{} is \"{}\" (write {})", what, value.text, option.meaning));
    return {};
  }

  Problem read(const Option& option, const Value& value, std::string Configuration::* member) const {
    if (auto problem = check_text(option, value, option.name)) return problem;
    configuration.*member = value.text;
    return {};
  }

  Problem read(const Option& option, const Value& value, int Configuration::* member) const {
    int number = 0;
    const char* end = value.text.data() + value.text.size();
    if (!value.is(Kind::number) || std::from_chars(value.text.data(), end, number) != std::from_chars_result{end, {}} ||
        number < option.least || number > option.most)
      return error(value, fmt::format("{} is no whole number from {} to {}", option.name, option.least, option.most));
    configuration.*member = number;
    return {};
  }

  Problem read(const Option& option, const Value& value, bool Configuration::* member) const {
    if (!value.is(Kind::boolean)) return error(value, fmt::format("{} is neither true nor false", option.name));
    configuration.*member = value.boolean;
    return {};
  }

  Problem read(const Option& option, const Value& value, std::vector<std::string> Configuration::* member) const {
    if (!value.is(Kind::list)) return error(value, fmt::format("{} is no list (write [\"…\", \"…\"])", option.name));
    std::vector<std::string> texts;
    for (const Value& item : value.items) {
      if (auto problem = check_text(option, item, fmt::format("an item of {}", option.name))) return problem;
      texts.push_back(item.text);
    }
    configuration.*member = std::move(texts);
    return {};
  }

  Problem read(const Option& option, const Value& value,
               std::map<std::string, std::string> Configuration::* member) const {
    static const RE2 variable("[A-Za-z_][A-Za-z0-9_]{0,127}");
    if (!value.is(Kind::object))
      return error(value, fmt::format("{} is no table (write [{}])", option.name, option.name));
    std::map<std::string, std::string> texts;
    for (const estate::Member& entry : value.members) {
      if (!RE2::FullMatch(entry.name, variable))
        return error(entry.value, fmt::format("{}: \"{}\" cannot be the name of an environment variable (letters, "
                                              "digits and underscores can)",
                                              option.name, entry.name));
      if (auto problem = check_text(option, entry.value, fmt::format("{}.{}", option.name, entry.name))) return problem;
      texts[entry.name] = entry.value.text;
    }
    configuration.*member = std::move(texts);
    return {};
  }

  Problem read(const Option& option, const Value& value) const {
    return std::visit([&](auto member) { return read(option, value, member); }, option.target);
  }
};

const Option* find_option(std::string_view name) {
  const auto all = options();
  const auto found = std::ranges::find(all, name, &Option::name);
  return found == all.end() ? nullptr : &*found;
}

bool is_section(std::string_view name) {
  return std::ranges::any_of(options(), [&](const Option& option) {
    return option.name.size() > name.size() && option.name.starts_with(name) && option.name[name.size()] == '.';
  });
}

// The option whose name is nearest: fewest letters changed, put in or left out, if few enough.
std::string_view nearest(std::string_view name) {
  std::string_view best;
  std::size_t fewest = name.size() / 2 + 1;
  for (const Option& option : options()) {
    std::vector<std::size_t> row(option.name.size() + 1);
    for (std::size_t i = 0; i < row.size(); ++i) row[i] = i;
    for (std::size_t i = 1; i <= name.size(); ++i) {
      std::size_t diagonal = row[0]++;
      for (std::size_t j = 1; j < row.size(); ++j) {
        const std::size_t changed = diagonal + (name[i - 1] == option.name[j - 1] ? 0 : 1);
        diagonal = row[j];
        row[j] = std::min({changed, row[j] + 1, row[j - 1] + 1});
      }
    }
    if (row.back() < fewest) fewest = row.back(), best = option.name;
  }
  return best;
}

Problem read_members(const Reading& reading, const Value& table, const std::string& prefix) {
  for (const estate::Member& member : table.members) {
    const std::string name = prefix + member.name;
    Value at;
    at.at = member.at;
    if (const Option* option = find_option(name)) {
      if (auto problem = reading.read(*option, member.value)) return problem;
    } else if (prefix.empty() && is_section(name) && member.value.is(Kind::object)) {
      if (auto problem = read_members(reading, member.value, name + '.')) return problem;
    } else {
      const std::string_view meant = nearest(name);
      return reading.error(at, fmt::format("there is no option {} ({})", name,
                                           meant.empty() ? "see `redoubt init` for those that there are"
                                                         : fmt::format("did you mean {}?", meant)));
    }
  }
  return {};
}

struct Range {
  std::uint32_t first = 0, last = 0;
};

std::optional<Range> range_of(const std::string& text) {
  const std::size_t slash = text.find('/');
  in_addr address{};
  int bits = 0;
  std::from_chars(text.data() + slash + 1, text.data() + text.size(), bits);
  if (inet_pton(AF_INET, text.substr(0, slash).c_str(), &address) != 1 || bits > 32) return {};
  const std::uint32_t mask = bits == 0 ? 0 : ~std::uint32_t{0} << (32 - bits);
  const std::uint32_t first = ntohl(address.s_addr);
  if ((first & ~mask) != 0) return {};
  return Range{first, first | ~mask};
}

// What the stack gives the container: an option of its own, or the stack alone, chooses the value.
std::string_view set_by(std::string_view variable) {
  struct Variable {
    std::string_view name, by;
  };
  static constexpr std::array variables{
      Variable{"REDOUBT_ENV", "environment"},
      Variable{"HOST", "the stack"},
      Variable{"PORT", "service.port"},
      Variable{"TRUSTED_PROXIES", "network.public_subnets"},
      Variable{"DATABASE_URL", "database.name and database.ca_file"},
      Variable{"DATABASE_USER", "the stack"},
      Variable{"DATABASE_PASSWORD", "the stack"},
      Variable{"METRICS_NAMESPACE", "service.metrics_namespace"},
      Variable{"AUDIT_LOG", "the stack"},
      Variable{"TLS_CERT_FILE", "service.tls"},
      Variable{"TLS_KEY_FILE", "service.tls"},
      Variable{"CORS_ORIGINS", "service.cors_origins"},
      Variable{"ADMIN_EMAIL", "service.admin_email"},
      Variable{"ADMIN_PASSWORD", "service.admin_email"},
      Variable{"JWT_SECRET", "the stack"},
      Variable{"JWT_SECRET_PREVIOUS", "the stack"},
  };
  const auto found = std::ranges::find(variables, variable, &Variable::name);
  return found == variables.end() ? std::string_view() : found->by;
}

// ALLOWED_HOSTS alone may be replaced, by a list of more hosts than the domain; the image's own certificate has to be
// found.
std::string check_variables(const Configuration& c) {
  for (const auto& [section, entries] :
       {std::pair{"service.environment", &c.variables}, std::pair{"service.secrets", &c.secrets}})
    for (const auto& [name, value] : *entries) {
      if (name.starts_with("TLS_") && c.tls == "own") continue;
      if (const std::string_view by = set_by(name); !by.empty())
        return fmt::format("{}: {} is set by {} (take it out)", section, name, by);
      if (entries == &c.secrets && name == "ALLOWED_HOSTS")
        return fmt::format("{}: {} is no secret (give it in service.environment)", section, name);
    }
  return {};
}

std::string check_network(const Configuration& c) {
  const auto whole = range_of(c.network_cidr);
  if (!whole) return fmt::format("network.cidr: {} is no address range", c.network_cidr);
  if (const auto size = whole->last - whole->first; size > 0xFFFF || size < 0xF)
    return "network.cidr has to be from /16 to /28 (a VPC can be no other)";
  if (c.public_subnets.size() < 2 || c.public_subnets.size() > 3 || c.public_subnets.size() != c.private_subnets.size())
    return "network.public_subnets and network.private_subnets have to be 2 or 3 each, and as many";
  if (c.nat_gateways > static_cast<int>(c.public_subnets.size()))
    return "network.nat_gateways are more than there are public subnets";
  std::vector<std::pair<std::string, Range>> seen;
  for (const auto* subnets : {&c.public_subnets, &c.private_subnets})
    for (const std::string& subnet : *subnets) {
      const auto range = range_of(subnet);
      if (!range) return fmt::format("network: {} is no address range (its host bits have to be 0)", subnet);
      if (range->first < whole->first || range->last > whole->last)
        return fmt::format("network: the subnet {} is not within {}", subnet, c.network_cidr);
      for (const auto& [other, taken] : seen)
        if (range->first <= taken.last && taken.first <= range->last)
          return fmt::format("network: the subnets {} and {} overlap", other, subnet);
      seen.emplace_back(subnet, *range);
      constexpr std::uint32_t least = 32;  // addresses ("Subnets for your load balancer")
      if (subnets == &c.public_subnets && range->last - range->first + 1 < least)
        return fmt::format("network.public_subnets: {} is smaller than /27 (a load balancer takes no smaller one)",
                           subnet);
    }
  if (c.denied_ranges.size() > 8) return "network.denied_ranges are more than 8 (an access list has 20 rules in all)";
  for (const std::string& denied : c.denied_ranges) {
    if (!range_of(denied))
      return fmt::format("network.denied_ranges: {} is no address range (its host bits have to be 0)", denied);
    if (denied.ends_with("/0"))  // "IPSet", AWS WAF API reference
      return fmt::format("network.denied_ranges: {} is every address (AWS WAF takes all ranges but /0)", denied);
  }
  return {};
}

// "Task CPU and memory" of the Amazon ECS developer guide.
std::string check_task_size(const Configuration& c) {
  struct Size {
    int cpu, least, most, step;
  };
  static constexpr std::array sizes{Size{256, 512, 2048, 512}, Size{512, 1024, 4096, 1024},
                                    Size{1024, 2048, 8192, 1024}, Size{2048, 4096, 16384, 1024},
                                    Size{4096, 8192, 30720, 1024}};
  const auto found = std::ranges::find(sizes, c.cpu, &Size::cpu);
  if (found == sizes.end()) return "service.cpu has to be 256, 512, 1024, 2048 or 4096 (Fargate has no others)";
  if (c.memory < found->least || c.memory > found->most || c.memory % found->step != 0 ||
      (c.cpu == 256 && c.memory == 1536))
    return fmt::format("service.memory: with service.cpu = {} Fargate has {} to {} MiB in steps of {}", c.cpu,
                       found->least, found->most, found->step);
  return {};
}

// What RetentionInDays of a log group may be ("PutRetentionPolicy" in the CloudWatch Logs API reference).
constexpr std::array log_retentions{1,   3,   5,   7,   14,   30,   60,   90,   120,  150,  180,
                                    365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653};

// The regions that the options name, with those of the stacks that are proved.
std::string check_regions(const Configuration& c) {
  if (c.region.empty()) return "region is empty";
  const auto check = [&](std::string_view option, std::string_view region) -> std::string {
    if (region.empty() || is_region(region) || contains(c.new_regions, region)) return {};
    return fmt::format(
        "{}: AWS has no region {} (did you mean {}? one that is newer than this version of Redoubt is named in "
        "new_regions too)",
        option, region, nearest_region(region));
  };
  if (auto problem = check("region", c.region); !problem.empty()) return problem;
  if (auto problem = check("second_region", c.second_region); !problem.empty()) return problem;
  for (const std::string& each : c.proof_stacks)
    if (const std::size_t at = each.find('@'); at != std::string::npos)
      if (auto problem = check("proof.stacks", std::string_view(each).substr(at + 1)); !problem.empty()) return problem;
  return {};
}

// What no option by itself can see.
std::string check_whole(const Configuration& c) {
  if (auto problem = check_regions(c); !problem.empty()) return problem;
  if (c.second_region == c.region) return "second_region is the region itself (a disaster would take both)";
  if (!c.second_region.empty() && partition_of(c.second_region) != partition_of(c.region))
    return fmt::format("second_region: {} is in another partition of AWS than {} (nothing can be copied there)",
                       c.second_region, c.region);
  if (!c.recovery_key.empty() && !c.recovery_key.contains(fmt::format(":kms:{}:", c.second_region)))
    return "recovery_key is no key of the second region";
  if (!c.certificate.empty() && !c.certificate.contains(fmt::format(":acm:{}:", c.region)))
    return "certificate is none of the region (a load balancer can use no other)";
  if (c.alert_emails.empty()) return "alert_emails is empty (an alarm that nobody hears is none)";
  if (auto problem = check_network(c); !problem.empty()) return problem;
  if (auto problem = check_task_size(c); !problem.empty()) return problem;
  if (c.min_tasks > c.max_tasks) return "service.min_tasks is more than service.max_tasks";
  if (c.tls == "made-at-start" && c.certificate_command.empty())
    return "service.certificate_command is empty (or set service.tls to \"own\")";
  if (c.database_max_gib * 10 < c.database_gib * 11)
    return "database.max_storage_gib has to be at least a tenth above database.storage_gib (RDS asks for that)";
  if (!contains(log_retentions, c.log_days))
    return fmt::format(
        "logs.retention_days: CloudWatch Logs keeps logs for 1, 3, 5, 7, 14, 30, 60, 90, … days, not for {}",
        c.log_days);
  if (c.production() && c.log_days < 30) return "logs.retention_days has to be 30 or more in production";
  if (!c.proof_image.empty() && c.proof_stacks.empty())
    return "proof.stacks is empty (name the stacks that proof.image is to prove)";
  if (auto problem = check_variables(c); !problem.empty()) return problem;
  for (const auto& [name, arn] : c.secrets)
    if (c.variables.contains(name)) return fmt::format("{} is in service.environment and in service.secrets", name);
  return {};
}

Problem set_defaults(Configuration& configuration, bool production) {
  for (const Option& option : options()) {
    const std::string text = fmt::format("value = {}", production ? option.production : option.development);
    auto value = read_toml(text, option.name);
    if (!value) return value.error();
    if (auto problem = Reading{option.name, configuration}.read(option, (*value)["value"])) return problem;
  }
  return {};
}

}  // namespace

std::expected<Configuration, ReadError> read_configuration(std::string_view toml, std::string_view name) {
  const auto table = read_toml(toml, name);
  if (!table) return std::unexpected(table.error());
  Configuration out;
  const Reading reading{name, out};
  // The environment first: the other defaults depend on it. Where nothing is said, it is the one to be careful in.
  const Value& environment = (*table)["environment"];
  if (environment)
    if (auto problem = reading.read(*find_option("environment"), environment)) return std::unexpected(*problem);
  if (auto problem = set_defaults(out, !environment || out.production())) return std::unexpected(*problem);
  if (auto problem = read_members(reading, *table, "")) return std::unexpected(*problem);
  if (auto reason = check_whole(out); !reason.empty()) return std::unexpected(ReadError{std::string(name), 0, reason});
  return out;
}

}  // namespace redoubt::stack
