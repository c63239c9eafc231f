// How long a template takes from its text to an estate, and from the estate to every property of it in one case.
//   estate_bench [TEMPLATE…]
// Without files: one of 500 resources, as JSON and as YAML. Prints the median and the worst of many runs.
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "estate/case.hpp"
#include "estate/document.hpp"
#include "estate/template_reader.hpp"

namespace {

using namespace redoubt::estate;

constexpr std::size_t runs = 200;
constexpr std::size_t resources = 500;

// Subnets, groups, roles and tables that refer to one another, as stacks have them.
std::string yaml_template() {
  std::string out =
      "AWSTemplateFormatVersion: '2010-09-09'\nParameters:\n  Environment:\n    Type: String\n    AllowedValues: [dev, "
      "prod]\nConditions:\n  IsProd: !Equals [!Ref Environment, prod]\nResources:\n  Vpc:\n    Type: AWS::EC2::VPC\n   "
      " "
      "Properties:\n      CidrBlock: 10.0.0.0/16\n";
  for (std::size_t i = 0; i + 1 < resources; ++i) {
    switch (i % 3) {
      case 0:
        out += fmt::format(
            "  Subnet{0}:\n    Type: AWS::EC2::Subnet\n    Properties:\n      VpcId: !Ref Vpc\n      CidrBlock: "
            "!Select "
            "[{1}, !Cidr [!GetAtt Vpc.CidrBlock, 256, 8]]\n      AvailabilityZone: !Select [0, !GetAZs '']\n      "
            "Tags:\n"
            "        - Key: Name\n          Value: !Sub '${{AWS::StackName}}-{0}'\n",
            i, i / 3);
        break;
      case 1:
        out += fmt::format(
            "  Group{0}:\n    Type: AWS::EC2::SecurityGroup\n    Properties:\n      GroupDescription: the group {0}\n"
            "      VpcId: !Ref Vpc\n      SecurityGroupIngress:\n        - IpProtocol: tcp\n          FromPort: 443\n"
            "          ToPort: 443\n          CidrIp: !If [IsProd, 10.0.0.0/8, 0.0.0.0/0]\n",
            i);
        break;
      default:
        out += fmt::format(
            "  Role{0}:\n    Type: AWS::IAM::Role\n    Properties:\n      AssumeRolePolicyDocument:\n        Version: "
            "'2012-10-17'\n        Statement:\n          - Effect: Allow\n            Principal: {{Service: "
            "lambda.amazonaws.com}}\n            Action: sts:AssumeRole\n      Policies:\n        - PolicyName: read\n"
            "          PolicyDocument:\n            Statement:\n              - Effect: Allow\n                Action: "
            "[ec2:Describe*]\n                Resource: !Sub "
            "'arn:aws:ec2:${{AWS::Region}}:${{AWS::AccountId}}:subnet/${{Subnet{1}}}'\n",
            i, i - 2);
    }
  }
  return out;
}

void measure(const std::string& name, const std::string& text) {
  std::vector<double> reading, asking;
  std::size_t count = 0;
  for (std::size_t run = 0; run < runs; ++run) {
    const auto start = std::chrono::steady_clock::now();
    Estate estate;
    const auto document = read_document(text, 0, name);
    if (!document) std::exit((fmt::print(stderr, "{}\n", document.error().text()), 2));
    if (const auto added = add_template(estate, *document, name); !added) {
      std::exit((fmt::print(stderr, "{}\n", added.error().text()), 2));
    }
    const auto read = std::chrono::steady_clock::now();
    for_each_case(estate, 1, [&](Case& c) {
      for (const Resource& each : estate.resources) static_cast<void>(c.resolve(each.properties));
    });
    const auto asked = std::chrono::steady_clock::now();
    reading.push_back(std::chrono::duration<double, std::milli>(read - start).count());
    asking.push_back(std::chrono::duration<double, std::milli>(asked - read).count());
    count = estate.resources.size();
  }
  std::ranges::sort(reading);
  std::ranges::sort(asking);
  fmt::print("{}: {} KiB, {} resources: read in {:.2f} ms (worst {:.2f}), one case in {:.2f} ms (worst {:.2f})\n", name,
             text.size() / 1024, count, reading[runs / 2], reading.back(), asking[runs / 2], asking.back());
}

}  // namespace

int main(int argc, char** argv) {
  for (int i = 1; i < argc; ++i) {
    std::ifstream file(argv[i], std::ios::binary);
    measure(argv[i], std::string(std::istreambuf_iterator<char>(file), {}));
  }
  if (argc > 1) return 0;
  const std::string yaml = yaml_template();
  measure("500 resources as YAML", yaml);
  measure("500 resources as JSON", write_json(*read_document(yaml, 0, "yaml")));
}
