#include "stack/configuration.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/files.hpp"

namespace redoubt::stack {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::StartsWith;

Configuration good(std::string_view toml) {
  auto read = read_configuration(toml, "redoubt.toml");
  EXPECT_TRUE(read.has_value()) << (read ? "" : read.error().text());
  return read ? *read : Configuration{};
}

std::string error(std::string_view toml) {
  const auto read = read_configuration(toml, "redoubt.toml");
  return read ? "none" : read.error().text();
}

TEST(Configuration, WithoutAnythingIsProductionWithASecondRegion) {
  const Configuration c = good("");
  EXPECT_TRUE(c.production());
  EXPECT_TRUE(c.multi_az);
  EXPECT_EQ(c.second_region, "us-west-2");
  EXPECT_EQ(c.nat_gateways, 2);
  EXPECT_EQ(c.prefix(), "redoubt-production");
}

TEST(Configuration, DevelopmentHasDefaultsOfItsOwnWhereverTheEnvironmentStands) {
  const Configuration c = good("name = \"shop\"\nenvironment = \"development\"\n[logs]\nretention_days = 14\n");
  EXPECT_EQ(c.nat_gateways, 1);
  EXPECT_EQ(c.database_class, "db.t4g.micro");
  EXPECT_EQ(c.log_days, 14);
  EXPECT_EQ(c.prefix(), "shop-development");
}

TEST(Configuration, TheAnnotatedExampleIsTheDefaultsAndNamesEveryOption) {
  const std::string example = annotated_example();
  const Configuration read = good(example), defaults = good("");
  for (const Option& option : options()) {
    const std::string_view key =
        option.name.substr(option.name.find('.') == std::string_view::npos ? 0 : option.name.find('.') + 1);
    EXPECT_THAT(example, HasSubstr(std::string(key) + " = ")) << option.name;
    std::visit([&](auto member) { EXPECT_EQ(read.*member, defaults.*member) << option.name; }, option.target);
    EXPECT_THAT(options_table(), HasSubstr("`" + std::string(option.name) + "`"));
  }
}

TEST(Configuration, TheDocumentedTableIsTheOneThatIsRead) {
  EXPECT_THAT(testing::read_file(REDOUBT_SOURCE_DIR "/docs/stack.md"), HasSubstr(options_table()));
}

TEST(Configuration, AnErrorNamesItsLineAndWhatToWrite) {
  EXPECT_THAT(error("name = \"shop\"\n\nenvironment = \"prod\"\n"),
              AllOf(StartsWith("redoubt.toml:3: "), HasSubstr("\"prod\""), HasSubstr("production or development")));
  EXPECT_THAT(error("[service]\nport = \"8000\"\n"), AllOf(StartsWith("redoubt.toml:2: "), HasSubstr("1024 to 65535")));
  EXPECT_THAT(error("[service]\nport = 80\n"), StartsWith("redoubt.toml:2: "));
  EXPECT_THAT(error("[database]\nmulti_az = \"yes\"\n"), HasSubstr("neither true nor false"));
  EXPECT_THAT(error("name = \n"), AllOf(StartsWith("redoubt.toml:1: "), HasSubstr("it is no TOML")));
  EXPECT_THAT(error("name = 1.5\n"), StartsWith("redoubt.toml:1: "));
  EXPECT_THAT(error("alert_emails = [\"a@example.com\", \"nobody\"]\n"), HasSubstr("\"nobody\""));
}

TEST(Configuration, AnUnknownOptionIsAnErrorThatKnowsTheNearest) {
  EXPECT_THAT(error("[service]\nprot = 8000\n"),
              AllOf(StartsWith("redoubt.toml:2: "), HasSubstr("did you mean service.port?")));
  EXPECT_THAT(error("[nonsense]\nanything = 1\n"), HasSubstr("there is no option nonsense"));
}

TEST(Configuration, ARegionThatAwsDoesNotHaveIsRefusedUnlessItIsSaidToBeNew) {
  EXPECT_THAT(error("region = \"eu-wst-1\"\n"),
              AllOf(HasSubstr("AWS has no region eu-wst-1"), HasSubstr("did you mean eu-west-1?")));
  EXPECT_THAT(error("second_region = \"us-west-3\"\n"), HasSubstr("second_region: AWS has no region us-west-3"));
  EXPECT_THAT(error("[proof]\nstacks = [\"account\", \"service@us-esat-1\"]\n"),
              HasSubstr("proof.stacks: AWS has no region us-esat-1"));
  EXPECT_EQ(good("region = \"us-west-3\"\nnew_regions = [\"us-west-3\"]\n").region, "us-west-3");
  EXPECT_EQ(good("region = \"eusc-de-east-1\"\nsecond_region = \"\"\n").region, "eusc-de-east-1");
}

struct Refused {
  const char* toml;
  const char* said;
};

class ConfigurationAsAWhole : public ::testing::TestWithParam<Refused> {};

TEST_P(ConfigurationAsAWhole, IsRefused) {
  EXPECT_THAT(error(GetParam().toml), HasSubstr(GetParam().said));
}

INSTANTIATE_TEST_SUITE_P(
    Each, ConfigurationAsAWhole,
    ::testing::Values(
        Refused{"second_region = \"us-east-1\"", "second_region is the region itself"},
        Refused{"region = \"\"", "region is empty"}, Refused{"new_regions = [\"elsewhere\"]", "an AWS region such as"},
        Refused{"recovery_key = \"arn:aws:kms:eu-west-1:123456789012:key/0a\"", "no key of the second region"},
        Refused{"[network]\ncidr = \"300.0.0.0/16\"", "is no address range"},
        Refused{"[network]\ncidr = \"10.0.0.0/29\"", "/16 to /28"},
        Refused{"[network]\nprivate_subnets = [\"10.0.11.1/24\", \"10.0.12.0/24\"]", "host bits have to be 0"},
        Refused{"[network]\npublic_subnets = [\"10.0.1.0/24\", \"10.0.2.0/24\", \"10.0.3.0/24\"]", "as many"},
        Refused{"[network]\ndenied_ranges = [\"192.0.2.0/32\", \"192.0.2.1/32\", \"192.0.2.2/32\", \"192.0.2.3/32\", "
                "\"192.0.2.4/32\", \"192.0.2.5/32\", \"192.0.2.6/32\", \"192.0.2.7/32\", \"192.0.2.8/32\"]",
                "more than 8"},
        Refused{"[service]\ntls = \"made-at-start\"\ncertificate_command = []", "certificate_command is empty"},
        Refused{"[service.secrets]\nALLOWED_HOSTS = \"arn:aws:secretsmanager:us-east-1:123456789012:secret:a-AbCdEf\"",
                "ALLOWED_HOSTS is no secret"},
        Refused{"service = 1", "there is no option service"}, Refused{"[service]\nenvironment = 1", "is no table"},
        Refused{"alert_emails = \"a@example.com\"", "is no list"}, Refused{"name = 1", "is no text"},
        Refused{"alert_emails = []", "nobody hears"}, Refused{"name = \"a-name-that-is-too-long-for-aws\"", "2 to 18"},
        Refused{"[network]\ncidr = \"10.0.0.1/16\"", "network.cidr"},
        Refused{"[network]\ncidr = \"10.0.0.0/8\"", "/16 to /28"},
        Refused{"[network]\npublic_subnets = [\"10.1.1.0/24\", \"10.0.2.0/24\"]", "not within"},
        Refused{"[network]\npublic_subnets = [\"10.0.11.0/25\", \"10.0.2.0/24\"]", "overlap"},
        Refused{"[network]\npublic_subnets = [\"10.0.1.0/24\"]", "2 or 3"},
        Refused{"[network]\nnat_gateways = 3", "more than there are public subnets"},
        Refused{"[network]\ndenied_ranges = [\"300.0.0.0/8\"]", "no address range"},
        Refused{"[network]\ndenied_ranges = [\"0.0.0.0/0\"]", "all ranges but /0"},
        Refused{"[network]\npublic_subnets = [\"10.0.1.0/28\", \"10.0.2.0/24\"]", "smaller than /27"},
        Refused{"second_region = \"us-gov-west-1\"", "another partition"},
        Refused{"region = \"cn-north-1\"", "another partition"},
        Refused{"[service.environment]\nDATABASE_URL = \"postgresql://elsewhere/x\"", "DATABASE_URL is set by"},
        Refused{"[service.environment]\nPORT = \"9000\"", "PORT is set by service.port"},
        Refused{"[service.environment]\nTLS_KEY_FILE = \"/k\"", "TLS_KEY_FILE is set by service.tls"},
        Refused{"[service.secrets]\nJWT_SECRET = \"arn:aws:secretsmanager:us-east-1:123456789012:secret:a-AbCdEf\"",
                "JWT_SECRET is set by the stack"},
        Refused{"[service]\nimage = \"example.com/app:latest\"", "@sha256:DIGEST"},
        Refused{"[service]\nuser = \"0:0\"", "neither of them 0"}, Refused{"[service]\ncpu = 300", "256, 512"},
        Refused{"[service]\ncpu = 256\nmemory = 4096", "512 to 2048"},
        Refused{"[service]\nmin_tasks = 20", "more than service.max_tasks"},
        Refused{"[service]\nenvironment = { A = \"x\" }\n[service.secrets]\nA = "
                "\"arn:aws:secretsmanager:us-east-1:123456789012:secret:a-AbCdEf\"",
                "service.environment and in service.secrets"},
        Refused{"[service.environment]\n\"A B\" = \"x\"", "cannot be the name"},
        Refused{"[logs]\nretention_days = 7", "30 or more in production"},
        Refused{"[proof]\nimage = \"redoubt:latest\"", "@sha256:DIGEST"},
        Refused{"[proof]\nstacks = [\"a b\"]", "NAME@REGION"},
        Refused{"[proof]\nimage = \"123456789012.dkr.ecr.us-east-1.amazonaws.com/"
                "a@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef\"",
                "proof.stacks is empty"},
        Refused{"[logs]\nretention_days = 100", "CloudWatch Logs keeps"},
        Refused{"[database]\nbackup_days = 3", "7 to 35"}, Refused{"[database]\nstorage_gib = 500", "a tenth above"},
        Refused{"certificate = \"arn:aws:acm:eu-west-1:123456789012:certificate/0a\"", "none of the region"}));

}  // namespace
}  // namespace redoubt::stack
