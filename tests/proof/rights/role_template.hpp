// Questions about templates of one role, for the tests of rights.
#pragma once

#include <string>
#include <vector>

#include "cloud/estate/support.hpp"
#include "rights/questions.hpp"

namespace redoubt::rights {

inline constexpr const char* app = "arn:aws:iam::123456789012:role/app";

// A template with one role, app, trusted by ECS, with these statements for its own, and whatever else.
inline std::string role_with(const std::string& statements, const std::string& rest = "",
                             const std::string& before = "") {
  return before + R"(
Resources:
  AppRole:
    Type: AWS::IAM::Role
    Properties:
      RoleName: app
      AssumeRolePolicyDocument:
        Version: 2012-10-17
        Statement: {Effect: Allow, Principal: {Service: ecs-tasks.amazonaws.com}, Action: sts:AssumeRole}
      Policies:
        - PolicyName: own
          PolicyDocument:
            Version: 2012-10-17
            Statement: [)" +
         statements + "]\n" + rest;
}

inline Known known(const std::string& text) {
  return Known(estate::testing::estate_of(text));
}

inline iam::Decision ask(const std::string& text, const std::string& principal, const std::string& action,
                         const std::string& resource) {
  return can(known(text), {principal, action, resource, {}});
}

inline std::vector<std::string> who(const std::string& text, const std::string& action, const std::string& resource) {
  std::vector<std::string> out;
  for (const iam::Accessor& one : who_can(known(text), {"", action, resource, {}}))
    out.push_back((one.decision.when_allowed ? "" : "perhaps ") + one.principal.name);
  return out;
}

}  // namespace redoubt::rights
