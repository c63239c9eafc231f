// How long compare() takes, in-process, from parsed policies: 546 pairs, each asked both ways (1,092 questions). A pair
// is a policy as accounts have them and the same one changed in one to three places. Prints the median, the worst and
// how many were left undecided.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "iam/compare.hpp"

namespace {

using namespace redoubt::iam;

constexpr std::size_t pairs = 546;

struct Part {
  std::string effect;
  std::vector<std::string> actions, resources, conditions;
};

class Generator {
 public:
  explicit Generator(unsigned seed) : random_(seed) {}

  std::vector<Part> policy() {
    std::vector<Part> parts;
    const std::string service = one_of<4>({"s3", "ec2", "iam", "dynamodb"});
    for (std::size_t n = 1 + pick(4); n-- > 0;) {
      Part part{pick(5) ? "Allow" : "Deny", {}, {}, {}};
      for (std::size_t i = 1 + pick(6); i-- > 0;) part.actions.push_back(action(service));
      for (std::size_t i = 1 + pick(3); i-- > 0;) part.resources.push_back(resource(service));
      if (pick(2)) part.conditions.push_back(condition());
      parts.push_back(std::move(part));
    }
    return parts;
  }

  void change(std::vector<Part>& parts) {
    Part& part = parts[pick(parts.size())];
    switch (pick(6)) {
      case 0:
        part.actions[pick(part.actions.size())] += "*";
        break;
      case 1:
        part.resources[pick(part.resources.size())] += "*";
        break;
      case 2:
        part.resources.push_back("arn:aws:s3:::" + name() + "/*");
        break;
      case 3:
        if (part.conditions.empty())
          part.conditions.push_back(condition());
        else
          part.conditions.clear();
        break;
      case 4:
        if (part.actions.size() > 1)
          part.actions.pop_back();
        else
          part.actions.push_back("s3:GetObject");
        break;
      default:
        parts.push_back({"Deny", {action("s3")}, {"*"}, {}});
    }
  }

  std::size_t pick(std::size_t n) { return std::uniform_int_distribution<std::size_t>(0, n - 1)(random_); }

 private:
  template <std::size_t N>
  std::string one_of(const std::array<const char*, N>& of) {
    return of[pick(N)];
  }

  std::string name() { return one_of<6>({"logs", "data", "data-eu", "backup", "web", "images"}); }
  std::string action(const std::string& service) {
    return service + ":" + one_of<6>({"Get", "List", "Describe", "Put", "Create", "Delete"}) +
           one_of<7>({"*", "Object", "ObjectAcl", "Item", "User", "Instances", "Tags"});
  }
  std::string resource(const std::string& service) {
    if (!pick(4)) return "*";
    if (service == "s3") return "arn:aws:s3:::" + name() + one_of<4>({"", "/*", "/${aws:username}/*", "-*"});
    if (service == "iam") return "arn:aws:iam::123456789012:user/" + one_of<3>({"*", "${aws:username}", "team/*"});
    return "arn:aws:" + service + ":" + one_of<3>({"*", "eu-west-1", "eu-*"}) +
           ":123456789012:" + one_of<3>({"instance/*", "table/orders", "table/*"});
  }
  std::string condition() {
    return one_of<8>({R"("StringEquals":{"aws:SourceVpc":["vpc-1","vpc-2"]})",
                      R"("IpAddress":{"aws:SourceIp":"203.0.113.0/24"})", R"("Bool":{"aws:SecureTransport":"true"})",
                      R"("StringLike":{"s3:prefix":["home/","home/*"]})",
                      R"("DateGreaterThan":{"aws:CurrentTime":"2024-01-01T00:00:00Z"})",
                      R"("ForAllValues:StringEquals":{"aws:TagKeys":["team","cost"]})",
                      R"("StringNotEquals":{"aws:RequestedRegion":["eu-west-1","eu-west-2"]})",
                      R"("Null":{"aws:MultiFactorAuthAge":"false"})"});
  }

  std::mt19937 random_;
};

Policy parsed(const std::vector<Part>& parts) {
  const auto quoted = [](const std::vector<std::string>& list) {
    std::string out;
    for (const std::string& text : list) out += (out.empty() ? "\"" : ",\"") + text + "\"";
    return "[" + out + "]";
  };
  std::string statements;
  for (const Part& part : parts) {
    statements += fmt::format(R"({}{{"Effect":"{}","Action":{},"Resource":{})", statements.empty() ? "" : ",",
                              part.effect, quoted(part.actions), quoted(part.resources));
    if (!part.conditions.empty()) statements += R"(,"Condition":{)" + part.conditions[0] + "}";
    statements += "}";
  }
  auto policy = parse_policy(R"({"Version":"2012-10-17","Statement":[)" + statements + "]}", "generated");
  if (!policy) {
    fmt::print(stderr, "{}\n", policy.error().text());
    std::exit(2);
  }
  return std::move(*policy);
}

}  // namespace

int main() {
  Generator generator(20241124);
  std::vector<double> microseconds;
  std::array<std::size_t, 5> answers{};
  for (std::size_t i = 0; i < pairs; ++i) {
    std::vector<Part> parts = generator.policy();
    const Policy left = parsed(parts);
    for (std::size_t n = 1 + generator.pick(3); n-- > 0;) generator.change(parts);
    const Policy right = parsed(parts);
    for (const auto& [a, b] : {std::pair(&left, &right), std::pair(&right, &left)}) {
      const auto before = std::chrono::steady_clock::now();
      const Difference found = compare(*a, *b);
      const std::chrono::duration<double, std::micro> took = std::chrono::steady_clock::now() - before;
      microseconds.push_back(took.count());
      ++answers[static_cast<std::size_t>(found.order)];
    }
  }
  std::ranges::sort(microseconds);
  fmt::print("{} questions: median {:.1f} us, 99 % {:.1f} us, worst {:.1f} us\n", microseconds.size(),
             microseconds[microseconds.size() / 2], microseconds[microseconds.size() * 99 / 100], microseconds.back());
  for (const Order order : {Order::equivalent, Order::narrower, Order::broader, Order::incomparable, Order::undecided})
    fmt::print("  {} {}\n", name_of(order), answers[static_cast<std::size_t>(order)]);
}
