#include "iam/decide.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <deque>
#include <optional>

#include "iam/not_principal.hpp"
#include "proof/iam/small_policies.hpp"

namespace redoubt::iam {
namespace {

// A scenario of random policies, with what it points to.
struct SmallScenario {
  std::vector<Policy> policies;
  Scenario scenario;

  explicit SmallScenario(SmallPolicies& random) {
    policies.reserve(8);
    const auto set = [&](const char* name, bool principals) {
      policies.push_back(random.policy(principals));
      return PolicySet{name, {&policies.back()}};
    };
    scenario.identity = set("identity", false);
    if (random.pick(2)) scenario.limits.push_back(set("boundary", false));
    if (random.pick(3) == 0) scenario.limits.push_back(set("session", false));
    if (random.pick(2)) scenario.ceilings.push_back(set("SCP", false));
    if (random.pick(3) == 0) scenario.denials.push_back(set("RCP", true));
    if (random.pick(4)) scenario.resource = set("resource", true);
    scenario.same_account = random.pick(3) != 0;
    scenario.resource_must_allow = random.pick(4) == 0;
  }

  [[nodiscard]] bool leaves_room(const Principal& principal) const {
    return std::ranges::any_of(policies, [&](const Policy& policy) {
      return std::ranges::any_of(policy.statements,
                                 [&](const Statement& one) { return iam::leaves_room(one, principal); });
    });
  }
};

TEST(Decide, agrees_with_the_evaluator_over_every_context_of_a_small_universe) {
  SmallPolicies random(20241125);
  const std::vector<Request> requests = SmallPolicies::requests();
  const std::array<Principal, 6> principals{*Principal::parse("arn:aws:iam::111111111111:user/jane"),
                                            *Principal::parse("arn:aws:iam::111111111111:role/app"),
                                            *Principal::parse("arn:aws:sts::111111111111:assumed-role/app/now"),
                                            *Principal::parse("111111111111"),
                                            *Principal::parse("lambda.amazonaws.com"),
                                            *Principal::parse("anonymous")};
  std::array<int, 4> answers{};
  for (int round = 0; round < 400; ++round) {
    const SmallScenario small(random);
    const Principal& principal = principals[random.pick(principals.size())];
    const Request& asked = requests[random.pick(requests.size())];
    Pins pins;
    pins.action = asked.action;
    pins.resource = asked.resource;
    pins.principals = {principal};
    Budget budget(std::chrono::seconds(5));
    const Decision decision = decide(small.scenario, pins, budget);
    // Where AWS leaves a NotPrincipal open, what is found must hold in both readings.
    std::deque<Policy> kept;
    const Scenario widest = generous(small.scenario, kept);
    const bool room = small.leaves_room(principal);
    if (!room) {
      ASSERT_NE(decision.answer, Answer::undecided) << decision.why_undecided;
    }
    bool allowed = false, denied = false;
    for (Request request : requests) {
      if (request.action != asked.action || request.resource != asked.resource) continue;
      request.principal = principal;
      request.context.merge(principal.keys());
      allowed = allowed || evaluate(small.scenario, request).allowed;
      denied = denied || !evaluate(widest, request).allowed;
    }
    // What brute force finds, the engine must find; what it alone finds was judged by the evaluator.
    ASSERT_TRUE(!allowed || decision.when_allowed) << "round " << round;
    ASSERT_TRUE(!denied || decision.when_denied) << "round " << round;
    if (decision.when_allowed) {
      ASSERT_TRUE(evaluate(small.scenario, *decision.when_allowed).allowed);
    }
    if (decision.when_denied) {
      ASSERT_FALSE(evaluate(room ? widest : small.scenario, *decision.when_denied).allowed);
    }
    ++answers[static_cast<std::size_t>(decision.answer)];
  }
  // The scenarios are varied enough to mean something.
  EXPECT_GT(answers[static_cast<std::size_t>(Answer::allowed)], 10);
  EXPECT_GT(answers[static_cast<std::size_t>(Answer::denied)], 10);
  EXPECT_GT(answers[static_cast<std::size_t>(Answer::conditional)], 10);
}

}  // namespace
}  // namespace redoubt::iam
