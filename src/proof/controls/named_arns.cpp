#include "named_arns.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "containers.hpp"
#include "reading.hpp"
#include "value_text.hpp"

namespace redoubt::controls {
namespace {

using estate::text;

void add(std::vector<Value>& to, Value value) {
  if (std::ranges::find(to, value) == to.end()) to.push_back(std::move(value));
}

Value joined(std::vector<Value> parts) {
  Value out;
  out.kind = Kind::joined;
  out.items = std::move(parts);
  return out;
}

Value reference(const Estate& estate, const Resource& resource, std::string_view attribute) {
  Value out;
  out.kind = Kind::reference;
  out.index = estate.index_of(resource);
  out.text = attribute;
  return out;
}

// The ARN of a resource of a template, or of a snapshot.
Value arn_of(const Estate& estate, const Resource& resource, std::string_view attribute) {
  return resource.arn.empty() ? reference(estate, resource, attribute) : text(resource.arn);
}

class Reader {
 public:
  Reader(Inquiry& ask, NamedArns& out) : ask_(ask), out_(out) {}

  void read(const Resource& definition) {
    for (const Container& container : containers_of(ask_, definition)) {
      if (container.value.is(Kind::unknown)) {
        note("containers", container.value);
        continue;
      }
      image(container.value["Image"]);
      const Value& log = container.value["LogConfiguration"];
      group(log["Options"]["awslogs-group"]);
      for (const Value& each : items_of(log["SecretOptions"])) secret(each["ValueFrom"]);
      for (const Value& each : items_of(container.value["Secrets"])) secret(each["ValueFrom"]);
      secret(container.value["RepositoryCredentials"]["CredentialsParameter"]);
      others(container.value);
    }
  }

 private:
  void note(std::string_view what, const Value& value) {
    if (out_.open.empty()) out_.open = fmt::format("which {} {} names", what, text_of(ask_.estate(), value));
  }

  const Resource* referred(const Value& value, std::string_view type) {
    if (value.is(Kind::reference)) {
      const Resource& resource = ask_.estate().resources[value.index];
      return resource.type == type ? &resource : nullptr;
    }
    for (const Value& item : value.items)
      if (const Resource* found = referred(item, type)) return found;
    return nullptr;
  }

  // "…dkr.ecr.REGION.amazonaws.com/NAME@sha256:…", or a reference to a repository within.
  void image(const Value& value) {
    if (is_empty(value)) return;
    if (const Resource* found = referred(value, "AWS::ECR::Repository"))
      return add(out_.repositories, arn_of(ask_.estate(), *found, "Arn"));
    const Known<estate::Rendered> is = ask_.in().rendered(value);
    if (!is.known()) return note("repository", value);
    const std::string& whole = is.value.text;
    const std::size_t slash = whole.find('/');
    const std::string_view host = std::string_view(whole).substr(0, slash);
    if (whole.starts_with("${") && host.find(".dkr.ecr.") == std::string_view::npos) return note("repository", value);
    if (host.find(".dkr.ecr.") == std::string_view::npos || slash == std::string::npos) return;  // of another registry
    const std::string name = whole.substr(slash + 1, whole.find_first_of("@:", slash) - slash - 1);
    if (name.empty() || name.find('$') != std::string::npos) return note("repository", value);
    add(out_.repositories, text(fmt::format("arn:*:ecr:*:*:repository/{}", name)));
  }

  void group(const Value& value) {
    if (is_empty(value)) return;
    if (const Resource* found = ask_.in().target(value); found != nullptr && !found->arn.empty()) {
      const std::string arn = found->arn.substr(0, found->arn.size() - (found->arn.ends_with(":*") ? 2 : 0));
      add(out_.groups, text(arn));
      return add(out_.groups, text(arn + ":*"));
    }
    if (!value.is(Kind::text) && !value.is(Kind::reference) && !value.is(Kind::symbol) && !value.is(Kind::joined))
      return note("log group", value);
    for (const char* end : {"", ":*"}) {
      std::vector<Value> parts{text("arn:*:logs:*:*:log-group:")};
      if (value.is(Kind::joined))
        parts.insert(parts.end(), value.items.begin(), value.items.end());
      else
        parts.push_back(value);
      if (*end != '\0') parts.push_back(text(end));
      add(out_.groups, joined(std::move(parts)));
    }
  }

  // A secret or a parameter of Systems Manager, by ARN with what follows of it, or (a parameter) by name.
  void secret(const Value& value) {
    if (is_empty(value)) return;
    if (const Resource* found = referred(value, "AWS::SecretsManager::Secret")) return secret_of_estate(*found);
    if (const Resource* found = referred(value, "AWS::SSM::Parameter")) {
      const Value name = reference(ask_.estate(), *found, "");
      add(out_.secrets, joined({text("arn:*:ssm:*:*:parameter"), name}));
      add(out_.secrets, joined({text("arn:*:ssm:*:*:parameter/"), name}));
      return note("key", value);
    }
    if (!value.is(Kind::text)) return note("secret", value);
    for (const Resource* each : ask_.in().resources("AWS::SecretsManager::Secret"))
      if (!each->arn.empty() && (value.text + ':').starts_with(each->arn + ':')) return secret_of_estate(*each);
    note("key", value);  // that of a secret elsewhere
    if (!value.text.starts_with("arn:")) {
      const bool rooted = value.text.starts_with('/');
      return add(out_.secrets, text(fmt::format("arn:*:ssm:*:*:parameter{}{}", rooted ? "" : "/", value.text)));
    }
    std::size_t end = 0;  // of the seventh field, which ends the ARN of a secret
    for (int field = 0; field < 7 && end != std::string::npos; ++field) end = value.text.find(':', end + (field > 0));
    const std::string arn = value.text.substr(0, end);
    add(out_.secrets, text(arn));
    if (arn.find(":secret:") != std::string::npos) add(out_.secrets, text(arn + "-??????"));
  }

  void secret_of_estate(const Resource& secret) {
    add(out_.secrets, arn_of(ask_.estate(), secret, ""));
    const Value key = ask_.get(secret, "KmsKeyId");
    if (is_empty(key)) return;  // AWS's own, which asks nobody ("Secret encryption and decryption")
    const Resource* const found = ask_.in().target(key);
    if (found != nullptr && found->type == "AWS::KMS::Key")
      add(out_.secrets, arn_of(ask_.estate(), *found, "Arn"));
    else
      note("key", key);
  }

  // Everything of the estate that a container is told of, a queue or a bucket by its name say.
  void others(const Value& value) {
    if (value.is(Kind::reference)) {
      const Resource& resource = ask_.estate().resources[value.index];
      if (resource.type.starts_with("AWS::SecretsManager::") || resource.type.starts_with("AWS::Logs::") ||
          resource.type.starts_with("AWS::ECR::"))
        return;
      const bool refers_by_arn =
          resource.type == "AWS::SNS::Topic" || resource.type == "AWS::StepFunctions::StateMachine";
      const Value arn = arn_of(ask_.estate(), resource, refers_by_arn ? "" : "Arn");
      add(out_.others, arn);
      add(out_.others, joined({arn, text("/*")}));
      add(out_.others, joined({arn, text(":*")}));
    }
    for (const Value& item : value.items) others(item);
    for (const estate::Member& member : value.members) others(member.value);
  }

  Inquiry& ask_;
  NamedArns& out_;
};

}  // namespace

void NamedArns::add(const NamedArns& more) {
  for (const auto part : {&NamedArns::repositories, &NamedArns::groups, &NamedArns::secrets, &NamedArns::others})
    for (const Value& each : more.*part) controls::add(this->*part, each);
  if (open.empty()) open = more.open;
}

void add_named(Inquiry& ask, const Resource& definition, NamedArns& out) {
  Reader(ask, out).read(definition);
}

}  // namespace redoubt::controls
