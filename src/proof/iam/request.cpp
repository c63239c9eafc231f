#include "iam/request.hpp"

#include <algorithm>

namespace redoubt::iam {
namespace {

bool is_account_id(std::string_view text) {
  return text.size() == 12 && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

}  // namespace

std::string_view arn_field(std::string_view arn, int field) {
  for (int i = 0; i < field; ++i) {
    const std::size_t colon = arn.find(':');
    if (colon == std::string_view::npos) return {};
    arn.remove_prefix(colon + 1);
  }
  return field == 5 ? arn : arn.substr(0, arn.find(':'));
}

std::optional<Principal> Principal::parse(std::string_view text) {
  Principal out;
  out.name = text;
  if (text == "anonymous" || text == "*") {
    out.name = "*";
    return out;
  }
  if (is_account_id(text)) {
    out.kind = Kind::root;
    out.account = text;
    out.name = "arn:aws:iam::" + out.account + ":root";
    return out;
  }
  if (!text.starts_with("arn:")) {
    if (text.find('.') == std::string_view::npos || text.find_first_of(" *?") != std::string_view::npos)
      return std::nullopt;
    out.kind =
        text.ends_with(".amazonaws.com") || text.ends_with(".amazonaws.com.cn") || text.ends_with(".aws.internal")
            ? Kind::service
            : Kind::federated;
    return out;
  }
  const std::string_view service = arn_field(text, 2), resource = arn_field(text, 5);
  out.account = arn_field(text, 4);
  if (!is_account_id(out.account)) return std::nullopt;
  if (service == "iam" && resource == "root") {
    out.kind = Kind::root;
  } else if (service == "iam" && resource.starts_with("user/")) {
    out.kind = Kind::user;
  } else if (service == "iam" && resource.starts_with("role/")) {
    out.kind = Kind::role;
  } else if (service == "iam" && (resource.starts_with("saml-provider/") || resource.starts_with("oidc-provider/"))) {
    out.kind = Kind::federated;
    out.account.clear();
  } else if (service == "sts" && resource.starts_with("federated-user/")) {
    out.kind = Kind::federated_user;
  } else if (service == "sts" && resource.starts_with("assumed-role/")) {
    out.kind = Kind::session;
    const std::string_view names = resource.substr(std::string_view("assumed-role/").size());
    if (names.find('/') == std::string_view::npos) return std::nullopt;
    out.role = "arn:" + std::string(arn_field(text, 1)) + ":iam::" + out.account + ":role/" +
               std::string(names.substr(0, names.find('/')));
  } else {
    return std::nullopt;
  }
  return out;
}

bool Principal::is_session_of(std::string_view role_arn) const {
  if (kind == Kind::role) return role_arn == name;
  const auto last_name = [](std::string_view arn) { return arn.substr(arn.rfind('/') + 1); };
  return kind == Kind::session && arn_field(role_arn, 2) == "iam" && arn_field(role_arn, 4) == account &&
         arn_field(role_arn, 5).starts_with("role/") && last_name(role_arn) == last_name(role);
}

Context Principal::keys() const {
  Context keys;
  if (kind == Kind::anonymous) {
    keys["aws:principaltype"] = {"Anonymous"};
    keys["aws:principalaccount"] = {"anonymous"};
    keys["aws:userid"] = {"anonymous"};
    return keys;
  }
  if (kind == Kind::service) {
    keys["aws:principalisawsservice"] = {"true"};
    keys["aws:principalservicename"] = {name};
    return keys;
  }
  keys["aws:principalisawsservice"] = {"false"};
  if (kind == Kind::federated || kind == Kind::canonical) return keys;
  keys["aws:principalaccount"] = {account};
  if (!role_is_open) keys["aws:principalarn"] = {kind == Kind::session ? role : name};
  if (tags) keys.insert(tags->begin(), tags->end());
  switch (kind) {
    case Kind::root:
      keys["aws:principaltype"] = {"Account"};
      keys["aws:userid"] = {account};
      break;
    case Kind::user:
      keys["aws:principaltype"] = {"User"};
      keys["aws:username"] = {name.substr(name.rfind('/') + 1)};
      break;
    case Kind::federated_user:
      keys["aws:principaltype"] = {"FederatedUser"};
      keys["aws:userid"] = {account + ":" + name.substr(name.rfind('/') + 1)};
      break;
    default:
      keys["aws:principaltype"] = {"AssumedRole"};
      break;
  }
  if (!user_id.empty()) keys["aws:userid"] = {user_id};
  return keys;
}

}  // namespace redoubt::iam
