#include <cstdio>
#include <fstream>
#include <iterator>

#include "redoubt/jws.hpp"

namespace redoubt {
namespace {

constexpr int valid = 0;
constexpr int invalid = 1;
constexpr int unusable = 2;

std::optional<std::string> read(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::string text((std::istreambuf_iterator<char>(file)), {});
  if (!file.is_open() || file.bad()) return std::nullopt;
  return text;
}

int fail(int code, std::string_view what, std::string_view why) {
  fmt::print(stderr, "redoubt-api: {}: {}\n", what, why);
  return code;
}

}  // namespace

int jws_verify_command(const std::string& jwk_file, const std::string& token_file, std::string_view algorithms) {
  std::vector<SignatureAlgorithm> accepted;
  while (!algorithms.empty()) {
    const std::string_view name = algorithms.substr(0, algorithms.find(','));
    const auto algorithm = find_signature_algorithm(name);
    if (!algorithm)
      return fail(unusable, "--algorithms", fmt::format("\"{}\" is no algorithm (give one as ES256)", name));
    accepted.push_back(*algorithm);
    algorithms.remove_prefix(std::min(algorithms.size(), name.size() + 1));
  }
  const auto key_text = read(jwk_file);
  if (!key_text) return fail(unusable, jwk_file, "cannot be read (give a file with a JWK or a JWK Set)");
  auto token = read(token_file);
  if (!token) return fail(unusable, token_file, "cannot be read (give a file with a compact JWS)");
  if (token->ends_with('\n')) token->pop_back();
  // A key that is none verifies nothing: that is an answer about the token, not a wrong call.
  const auto keys = parse_jwks(*key_text);
  if (!keys) return fail(invalid, jwk_file, keys.error());

  JwsOptions options;
  if (!accepted.empty()) options.algorithms = accepted;
  const auto jws = verify_jws(*token, *keys, options);
  if (!jws) return fail(invalid, token_file, jws.error());
  fmt::print("{}", jws->payload);  // throws where standard output takes nothing
  return valid;
}

}  // namespace redoubt
