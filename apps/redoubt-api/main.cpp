// redoubt-api: the reference service's command line.
#include <fmt/format.h>
#include <sys/stat.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <iostream>

#include "certificate.hpp"
#include "database_setup.hpp"
#include "health_check.hpp"
#include "redoubt/audit_verify.hpp"
#include "redoubt/jws.hpp"
#include "serve.hpp"
#include "service.hpp"

namespace redoubt::api {
namespace {

constexpr int usage_error = 2;

int run(int argc, char** argv) {
  CLI::App cli("The reference service of Redoubt. Configured by the environment: see docs/configuration.md",
               "redoubt-api");
  cli.require_subcommand(1);
  cli.set_version_flag("--version", REDOUBT_VERSION);
  int code = 0;
  const auto settings = [] { return Settings(process_environment()); };

  cli.add_subcommand("serve", "Serve until SIGTERM or SIGINT")->callback([&] {
    auto read = settings();
    code = serve(read);
  });
  cli.add_subcommand("migrate", "Bring the database's schema up to date")->callback([&] {
    code = migrate_database(settings());
  });
  cli.add_subcommand("openapi", "Print the OpenAPI document")->callback([&] {
    // The document is the same whatever the deployment's secrets are.
    Settings defaults([](std::string_view) { return std::nullopt; });
    fmt::print("{}\n", openapi_document(defaults));
  });
  cli.add_subcommand("options", "Print docs/configuration.md: the table of all options")->callback([] {
    fmt::print("{}", options_markdown());
  });

  std::string url;
  auto* health = cli.add_subcommand("health", "Exit 0 when a running service is ready, 1 when not");
  health->add_option("url", url, "Default: /health/ready on HOST and PORT");
  health->callback([&] { code = check_health(url.empty() ? Settings::health_url(process_environment()) : url); });

  std::string folder;
  auto* certificate = cli.add_subcommand(
      "certificate", "Make a key and a self-signed certificate, for TLS between a load balancer and this instance");
  certificate->add_option("folder", folder, "Where key.pem and cert.pem are put")->required();
  certificate->callback([&] { code = write_certificate(folder); });

  auto* audit = cli.add_subcommand("audit", "The audit log")->require_subcommand(1);
  std::vector<std::string> files;
  std::string checkpoints;
  auto* audit_verify = audit->add_subcommand(
      "verify", "Find altered, removed or cut-off lines. Exit 0 intact, 1 tampered, 2 unreadable, 3 not provable");
  audit_verify->add_option("files", files, "Audit files, oldest first")->required();
  audit_verify->add_option("--checkpoints", checkpoints,
                           "The ordinary log, whose checkpoints tell whether a tail was cut off");
  audit_verify->callback([&] {
    code = audit_verify_command(files, checkpoints.empty() ? std::nullopt : std::optional(checkpoints), std::cout);
  });

  auto* jws = cli.add_subcommand("jws", "JSON Web Signatures")->require_subcommand(1);
  std::string jwk_file;
  std::string token_file;
  std::string algorithms;
  auto* jws_verify = jws->add_subcommand("verify", "Exit 0 when the token's signature is valid, 1 when not");
  jws_verify->add_option("--jwk", jwk_file, "A JWK or a JWK Set")->required();
  jws_verify->add_option("--token", token_file, "A compact JWS")->required();
  jws_verify->add_option("--algorithms", algorithms, "Those to accept, separated by commas; default: all");
  jws_verify->callback([&] { code = jws_verify_command(jwk_file, token_file, algorithms); });

  try {
    cli.parse(argc, argv);
  } catch (const CLI::RequiredError& error) {
    // A word that is no command would otherwise only be told as a command that is missing.
    const auto unknown = cli.remaining(true);
    if (unknown.empty()) return cli.exit(error) == 0 ? 0 : usage_error;
    fmt::print(stderr, "redoubt-api: {}: there is no such command (see redoubt-api --help)\n", unknown.front());
    return usage_error;
  } catch (const CLI::ParseError& error) {
    return cli.exit(error) == 0 ? 0 : usage_error;
  }
  return code;
}

}  // namespace
}  // namespace redoubt::api

int main(int argc, char** argv) {
  // What it writes (SQLite's file, the audit log) is for its own user alone.
  umask(S_IRWXG | S_IRWXO);
  try {
    return redoubt::api::run(argc, argv);
  } catch (const redoubt::api::SettingsError& error) {
    fmt::print(stderr, "redoubt-api: settings: {}\n", error.what());
    return redoubt::api::usage_error;
  } catch (const redoubt::DatabaseUnavailable& error) {
    fmt::print(stderr, "redoubt-api: the database cannot be used: {}\n", error.reason());
    return 1;
  } catch (const std::exception& error) {
    fmt::print(stderr, "redoubt-api: {}\n", error.what());
    return 1;
  }
}
