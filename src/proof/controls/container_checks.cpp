// IMG-1, IMG-2 and IMG-5: repositories, and how tasks run their images.
#include <fmt/format.h>

#include <algorithm>

#include "containers.hpp"
#include "property_checks.hpp"
#include "reading.hpp"
#include "value_text.hpp"

namespace redoubt::controls {
namespace {

void immutable_tags(Inquiry& ask, const Resource& repository) {
  static constexpr std::string_view immutable[] = {"IMMUTABLE"};
  ask.expect_one_of(repository, "ImageTagMutability", immutable, "MUTABLE");
}

void enhanced_scanning(Inquiry& ask) {
  for (const Resource* registry : ask.resources("AWS::ECR::RegistryScanningConfiguration")) {
    static constexpr std::string_view enhanced[] = {"ENHANCED"};
    // A rule that scans when it is told to does not scan by itself.
    for (const Value& rule : items_of(ask.get(*registry, "Rules"))) {
      const Known<std::string> frequency = ask.in().text(rule["ScanFrequency"]);
      if (frequency.unknown()) return ask.unknown(registry, rule.at, frequency.why);
      if (frequency.known() && frequency.value == "MANUAL")
        return ask.refuted(registry, rule.at, "the ScanFrequency of one of its Rules is MANUAL");
    }
    return ask.expect_one_of(*registry, "ScanType", enhanced, "BASIC");
  }
  ask.refuted(nullptr, {}, "no AWS::ECR::RegistryScanningConfiguration is declared, and the default is BASIC");
}

void pinned_by_digest(Inquiry& ask, const Resource& definition) {
  for (const Container& container : containers_of(ask, definition)) {
    const Value image = container.value["Image"];
    const Known<estate::Rendered> text = ask.in().rendered(image);
    if (!text.known())
      ask.unknown(&definition, image.at, text.absent() ? "a container has no Image" : text.why);
    else if (text.value.text.find("@sha256:") != std::string::npos)
      ask.proved(&definition, image.at, fmt::format("{} runs {}", container.name, text_of(ask.estate(), image)));
    else if (!text.value.holes.empty() && text.value.text.ends_with('}'))
      ask.unknown(&definition, image.at,
                  fmt::format("{} runs {}, whose end is not known", container.name, text_of(ask.estate(), image)));
    else
      ask.refuted(&definition, image.at,
                  fmt::format("{} runs {}, a tag that may name another image tomorrow", container.name,
                              text_of(ask.estate(), image)));
  }
}

void trusted_registry(Inquiry& ask, const Resource& definition) {
  for (const Container& container : containers_of(ask, definition)) {
    const Value image = container.value["Image"];
    const Known<estate::Rendered> text = ask.in().rendered(image);
    if (!text.known()) {
      ask.unknown(&definition, image.at, text.absent() ? "a container has no Image" : text.why);
      continue;
    }
    const std::string host = text.value.text.substr(0, text.value.text.find('/'));
    const std::string found = fmt::format("{} runs {}", container.name, text_of(ask.estate(), image));
    if ((host.find(".dkr.ecr.") != std::string::npos || host.find(".dkr-ecr.") != std::string::npos) ||
        ask.in().target(image) != nullptr || text.value.text.find(".RepositoryUri}") != std::string::npos)
      ask.proved(&definition, image.at, found);
    else if (text.value.text.starts_with("${"))
      ask.unknown(&definition, image.at, fmt::format("{}, whose registry is not known", found));
    else
      ask.refuted(&definition, image.at, fmt::format("{}, which is in no private repository of ECR", found));
  }
}

// Root by its name or by its number, however that is written; a blank says nobody.
bool is_root(std::string_view name) {
  const std::size_t from = name.find_first_not_of(" +");
  return name == "root" || from == std::string_view::npos ||
         name.substr(from).find_first_not_of("0 ") == std::string_view::npos;
}

void non_root(Inquiry& ask, const Resource& definition) {
  for (const Container& container : containers_of(ask, definition)) {
    const Value value = container.value["User"];
    const Known<std::string> user = ask.in().text(value);
    const std::string name = user.value.substr(0, user.value.find(':'));
    if (user.unknown())
      ask.unknown(&definition, value.at, user.why);
    else if (user.absent())  // then the image decides
      ask.refuted(
          &definition, container.value.at,
          fmt::format("{} has no User, so that it runs as its image says, which is root by default", container.name));
    else if (is_root(name))
      ask.refuted(&definition, value.at, fmt::format("User of {} is {}", container.name, user.value));
    else
      ask.proved(&definition, value.at, fmt::format("User of {} is {}", container.name, user.value));
  }
}

void read_only_root(Inquiry& ask, const Resource& definition) {
  for (const Container& container : containers_of(ask, definition)) {
    const Value value = container.value["ReadonlyRootFilesystem"];
    const Truth is = ask.in().boolean(value);
    ask.expect(definition, value.at.line != 0 ? value.at : container.value.at, is.absent() ? truth(false) : is,
               fmt::format("ReadonlyRootFilesystem of {} is true", container.name),
               fmt::format("ReadonlyRootFilesystem of {} is {}", container.name,
                           is.absent() ? "absent, which ECS takes as false" : "false"));
  }
}

void not_privileged(Inquiry& ask, const Resource& definition) {
  for (const std::string_view name : {"PidMode", "IpcMode", "NetworkMode"}) {
    const Value value = ask.get(definition, name);
    const Known<std::string> mode = ask.in().text(value);
    if (mode.unknown())
      ask.unknown(&definition, value.at, mode.why);
    else if (mode.known() && mode.value == "host")
      ask.refuted(&definition, value.at, fmt::format("{} is host", name));
  }
  for (const Container& container : containers_of(ask, definition)) {
    const Value value = container.value["Privileged"];
    const Truth is = ask.in().boolean(value);
    ask.expect(definition, value.at, negation(is), fmt::format("{} is not privileged", container.name),
               fmt::format("Privileged of {} is true", container.name));
  }
}

void no_added_capabilities(Inquiry& ask, const Resource& definition) {
  for (const Container& container : containers_of(ask, definition)) {
    const Value added = part(container.value, "LinuxParameters.Capabilities.Add");
    if (added.is(Kind::unknown))
      ask.unknown(&definition, added.at, added.text);
    else if (!is_empty(added))
      ask.refuted(&definition, added.at,
                  fmt::format("{} adds the capabilities {}", container.name, text_of(ask.estate(), added)));
    else
      ask.proved(&definition, added.at, fmt::format("{} adds no capability", container.name));
  }
}

void no_remote_shell(Inquiry& ask, const Resource& service) {
  ask.expect_false(service, "EnableExecuteCommand");
}

void job_not_privileged(Inquiry& ask, const Resource& job) {
  ask.expect_false(job, "ContainerProperties.Privileged");
}

}  // namespace

std::vector<Check> container_checks() {
  const std::vector<std::string_view> definitions{"AWS::ECS::TaskDefinition"};
  return {
      must_be_true("IMG-1.scan-on-push", {{"AWS::ECR::Repository", "ImageScanningConfiguration.ScanOnPush"}}),
      {"IMG-1.enhanced-scanning", Method::property, {}, {}, enhanced_scanning},
      {"IMG-2.immutable-tags", Method::property, {"AWS::ECR::Repository"}, immutable_tags},
      {"IMG-2.pinned-by-digest", Method::property, definitions, pinned_by_digest},
      {"IMG-2.trusted-registry", Method::property, definitions, trusted_registry},
      {"IMG-5.non-root", Method::property, definitions, non_root},
      {"IMG-5.read-only-root", Method::property, definitions, read_only_root},
      {"IMG-5.not-privileged", Method::property, definitions, not_privileged},
      {"IMG-5.not-privileged", Method::property, {"AWS::Batch::JobDefinition"}, job_not_privileged},
      {"IMG-5.no-added-capabilities", Method::property, definitions, no_added_capabilities},
      {"IMG-5.no-remote-shell", Method::property, {"AWS::ECS::Service"}, no_remote_shell},
  };
}

}  // namespace redoubt::controls
