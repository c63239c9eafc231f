// The network corpus: every trace's answer, and the way that it takes.
#include <gmock/gmock.h>

#include <fstream>
#include <iterator>
#include <map>

#include "estate/source.hpp"
#include "reach/network_of.hpp"
#include "reach/reach.hpp"
#include "redoubt/json.hpp"
#include "support/corpora.hpp"

namespace redoubt::reach {
namespace {

std::string read_file(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  EXPECT_TRUE(file) << path;
  return {std::istreambuf_iterator<char>(file), {}};
}

std::optional<std::string> text_of(const json::Value& trace, std::string_view name) {
  const auto found = trace.find(name);
  if (!found || !found->is_string()) return std::nullopt;
  return std::string(found->string());
}

Network network_at(const std::string& folder) {
  const auto loaded = estate::load({folder});
  EXPECT_TRUE(loaded) << loaded.error().text();
  Network out;
  if (!loaded) return out;
  const std::vector<Router> routers = read_routers({folder});
  EXPECT_TRUE(estate::for_each_case(loaded->estate, 1, [&](estate::Case& in) { out = network_of(in, routers); }));
  return out;
}

// What the other tool calls its own stand-ins.
std::string our_name(std::string_view hop) {
  return hop == "INTERNET_HOST_NAME" ? "internet" : std::string(hop);
}

TEST(NetworkCorpus, every_trace_gets_its_answer_and_its_way) {
  const auto folder = testing::corpus("network");
  if (!folder) GTEST_SKIP() << "corpus network is not here (../shared/corpora/network)";
  const auto traces = json::parse(read_file(*folder / "traces.json"));
  ASSERT_TRUE(traces);
  std::map<std::string, Network> networks;
  int asked = 0;
  for (const json::Value& trace : traces->root().elements()) {
    const std::string scenario = *text_of(trace, "scenario"), from = *text_of(trace, "from"),
                      to = *text_of(trace, "to");
    SCOPED_TRACE(scenario + ": " + from + " to " + to);
    if (!networks.contains(scenario)) networks[scenario] = network_at((*folder / "scenarios" / scenario).string());
    const Network& network = networks.at(scenario);
    const auto sender = find_endpoint(network, from), receiver = find_endpoint(network, to);
    ASSERT_TRUE(sender) << sender.error();
    ASSERT_TRUE(receiver) << receiver.error();
    Question question{*sender, *receiver, std::nullopt, std::nullopt, std::nullopt};
    if (const auto protocol = text_of(trace, "protocol")) question.protocol = protocol == "tcp" ? tcp : udp;
    if (const auto port = trace.find("port"); port && port->is_number())
      question.port = static_cast<std::uint16_t>(*port->integer());
    if (const auto address = text_of(trace, "source_ip")) question.source = parse_address(*address);
    const Answer answer = Reach(network).ask(question);
    EXPECT_EQ(name_of(answer.verdict), *text_of(trace, "expect"))
        << answer.unknown << (answer.stopped_by ? answer.stopped_by->resource + ": " + answer.stopped_by->rule : "");
    std::vector<std::string> hops;
    for (const json::Value& hop : trace.find("hops")->elements())
      if (hop.string() != "AWS_BACKBONE_HOSTNAME") hops.push_back(our_name(hop.string()));
    EXPECT_EQ(ids_of(network, answer.path), hops);
    if (answer.verdict == Verdict::unreachable) EXPECT_FALSE(answer.stopped_by->resource.empty());
    ++asked;
  }
  EXPECT_EQ(asked, 15);
}

}  // namespace
}  // namespace redoubt::reach
