#include "reach_command.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <fstream>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "exit_code.hpp"
#include "reach/drawing.hpp"
#include "reach/inquiry.hpp"
#include "redoubt/json.hpp"
#include "sources.hpp"

namespace redoubt {
namespace {

struct Options {
  std::vector<std::string> sources, parameters;
  std::string from, to, protocol = "any", source_ip, draw;
  int port = -1;
  std::size_t budget = reach::Inquiry{}.budget;
  bool json = false;
};

reach::Inquiry inquiry_of(const Options& options) {
  reach::Inquiry out;
  out.from = options.from;
  out.to = options.to;
  out.budget = options.budget;
  if (options.protocol == "tcp") out.protocol = reach::tcp;
  if (options.protocol == "udp") out.protocol = reach::udp;
  if (options.protocol == "icmp") out.protocol = reach::icmp;
  if (options.port >= 0) {
    if (options.protocol == "icmp")
      throw std::runtime_error("--port: ICMP has no ports (leave it out, or ask about tcp or udp)");
    out.port = static_cast<std::uint16_t>(options.port);
  }
  if (options.source_ip.empty()) return out;
  out.source = reach::parse_address(options.source_ip);
  if (!out.source)
    throw std::runtime_error(
        fmt::format("--source-ip {}: it is no address (for example 10.0.1.5 or 2001:db8::1)", options.source_ip));
  return out;
}

void write(json::Writer& writer, const reach::Packet& packet) {
  const bool message = packet.protocol == reach::icmp || packet.protocol == reach::icmpv6;
  writer.begin_object()
      .member("protocol", std::string_view(reach::protocol_name(packet.protocol)))
      .member("source", std::string_view(reach::text_of(packet.source)))
      .member("destination", std::string_view(reach::text_of(packet.destination)));
  if (message) {
    writer.member("type", static_cast<int>(packet.source_port))
        .member("code", static_cast<int>(packet.destination_port));
  } else if (packet.protocol == reach::tcp || packet.protocol == reach::udp) {
    writer.member("source_port", static_cast<int>(packet.source_port))
        .member("destination_port", static_cast<int>(packet.destination_port));
  }
  writer.end_object();
}

std::string as_json(const reach::Finding& finding) {
  std::string out;
  json::Writer writer(out);
  const auto texts = [&](std::string_view name, const std::vector<std::string>& values) {
    writer.name(name).begin_array();
    for (const std::string& value : values) writer.value(std::string_view(value));
    writer.end_array();
  };
  writer.begin_object().member("answer", reach::name_of(finding.verdict));
  texts("path", finding.path);
  writer.name("packet");
  if (finding.packet)
    write(writer, *finding.packet);
  else
    writer.null();
  writer.name("stopped_by");
  if (finding.stopped_by) {
    writer.begin_object()
        .member("resource", std::string_view(finding.stopped_by->resource))
        .member("kind", std::string_view(finding.stopped_by->kind))
        .member("rule", std::string_view(finding.stopped_by->rule))
        .member("answer", finding.stopped_by->answer)
        .end_object();
  } else {
    writer.null();
  }
  if (!finding.unknown.empty()) writer.member("unknown", std::string_view(finding.unknown));
  texts("assumptions", finding.assumptions);
  writer.end_object();
  return out;
}

void print(const reach::Finding& finding) {
  fmt::print("{}\n", reach::name_of(finding.verdict));
  if (!finding.path.empty()) fmt::print("  {}\n", fmt::join(finding.path, " > "));
  if (finding.packet) fmt::print("  packet: {}\n", reach::text_of(*finding.packet));
  if (finding.stopped_by)
    fmt::print("  stopped by {} ({}): {}\n", finding.stopped_by->resource, finding.stopped_by->kind,
               finding.stopped_by->rule);
  if (!finding.unknown.empty()) fmt::print("  {}\n", finding.unknown);
  for (const std::string& assumption : finding.assumptions) fmt::print("  assumed: {}\n", assumption);
}

int run(const Options& options) {
  const reach::Inquiry inquiry = inquiry_of(options);
  const estate::Estate estate = read_sources(options.sources, options.parameters);
  const auto finding = reach::inquire(estate, reach::read_routers(options.sources), inquiry);
  if (!finding) throw std::runtime_error(finding.error());
  if (options.json)
    fmt::print("{}\n", as_json(*finding));
  else
    print(*finding);
  if (!options.draw.empty()) {
    std::ofstream file(options.draw, std::ios::binary);
    file << reach::draw(inquiry, *finding);
    if (!file.flush())
      throw std::runtime_error(fmt::format("{}: it cannot be written (check the folder and its rights)", options.draw));
  }
  switch (finding->verdict) {
    case reach::Verdict::reachable:
      return exit_yes;
    case reach::Verdict::unreachable:
      return exit_no;
    case reach::Verdict::unknown:
      break;
  }
  return exit_unknown;
}

}  // namespace

void add_reach_command(CLI::App& app, int& exit_code) {
  CLI::App& command = *app.add_subcommand("reach", "Do packets get from one end to another? (0 yes, 1 no, 3 unknown)");
  command.footer(
      "An end is: internet, an address, or the id or logical id of an instance, interface, subnet, security group,\n"
      "load balancer, database, service, task, VPC endpoint, or of a router on premises.\n\n"
      "Example:\n  redoubt reach --from internet --to Database --protocol tcp --port 5432 template.yaml");
  const auto options = std::make_shared<Options>();  // the callback outlives this function
  command.add_option("--from", options->from, "Who sends")->required();
  command.add_option("--to", options->to, "Who receives")->required();
  command.add_option("--protocol", options->protocol, "tcp, udp, icmp or any (some packet)")
      ->check(CLI::IsMember({"tcp", "udp", "icmp", "any"}))
      ->capture_default_str();
  command.add_option("--port", options->port, "The receiver's port")->check(CLI::Range(0, 65535));
  command.add_option("--source-ip", options->source_ip, "The sender's address");
  add_parameter_option(command, options->parameters);
  command.add_option("--draw", options->draw, "Draw the way into this SVG file");
  command.add_option("--budget", options->budget, "Combinations of parameters before the answer is unknown")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  command.add_flag("--json", options->json, "Answer in JSON");
  command
      .add_option("sources", options->sources, "Templates, and folders with templates or with answers of the AWS CLI")
      ->required();
  command.callback([options, &exit_code] { exit_code = run(*options); });
}

}  // namespace redoubt
