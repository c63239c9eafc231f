#include "redoubt/jws.hpp"

#include "redoubt/base64url.hpp"

namespace redoubt {
namespace {

// A header has a handful of flat members; deeper ones (an embedded jwk) are ignored anyway.
constexpr std::size_t max_header_depth = 8;

std::unexpected<std::string_view> refused(std::string_view reason) {
  return std::unexpected(reason);
}

struct Parts {
  std::string_view header, payload, signature;
  std::string_view signing_input;  // header and payload with their dot
};

std::optional<Parts> split(std::string_view token) {
  const std::size_t first = token.find('.');
  if (first == std::string_view::npos) return std::nullopt;
  const std::size_t second = token.find('.', first + 1);
  if (second == std::string_view::npos || token.find('.', second + 1) != std::string_view::npos) return std::nullopt;
  return Parts{.header = token.substr(0, first),
               .payload = token.substr(first + 1, second - first - 1),
               .signature = token.substr(second + 1),
               .signing_input = token.substr(0, second)};
}

}  // namespace

std::expected<Jws, std::string_view> verify_jws(std::string_view token, std::span<const Jwk> keys,
                                                const JwsOptions& options) {
  if (token.size() > options.max_size) return refused("the token is too long");
  const auto parts = split(token);
  if (!parts) return refused("the token does not have three parts");
  auto header_text = base64url_decode(parts->header);
  auto payload = base64url_decode(parts->payload);
  const auto signature = base64url_decode(parts->signature);
  if (!header_text || !payload || !signature) return refused("a part of the token is not base64url without padding");

  auto header = json::parse(*std::move(header_text), max_header_depth);
  if (!header || !header->root().is_object()) return refused("the token's header is not a JSON object");
  const json::Value root = header->root();
  for (const char* name : {"crit", "b64", "zip"}) {
    if (root.find(name)) return refused("the token's header asks for an extension (crit, b64 or zip)");
  }
  for (const char* name : {"alg", "kid", "typ", "cty"}) {
    const auto member = root.find(name);
    if (member && !member->is_string()) return refused("the token's alg, kid, typ or cty is not a string");
  }
  const auto name = root.find("alg");
  if (!name) return refused("the token names no algorithm");
  const auto algorithm = find_signature_algorithm(name->string());
  if (!algorithm || std::ranges::find(options.algorithms, *algorithm) == options.algorithms.end()) {
    return refused("the token's algorithm is not accepted");
  }

  const auto kid = root.find("kid");
  bool any_key = false;
  for (const Jwk& key : keys) {
    if (kid && !key.kid().empty() && key.kid() != kid->string()) continue;
    if (!key.can_verify(*algorithm)) continue;
    any_key = true;
    if (key.verify(*algorithm, parts->signing_input, *signature)) {
      return Jws{.header = *std::move(header), .payload = *std::move(payload), .algorithm = *algorithm};
    }
  }
  return refused(any_key ? "the token's signature is wrong" : "no key serves the token's kid and algorithm");
}

std::string sign_jws(std::string_view payload, const Jwk& key, std::string_view typ) {
  const auto algorithm = key.signing_algorithm();
  if (!algorithm) throw std::logic_error("this key cannot sign");
  std::string header;
  json::Writer writer(header);
  writer.begin_object().member("alg", to_string(*algorithm));
  if (!key.kid().empty()) writer.member("kid", key.kid());
  if (!typ.empty()) writer.member("typ", typ);
  writer.end_object();
  const std::string signing_input = base64url_encode(header) + '.' + base64url_encode(payload);
  return signing_input + '.' + base64url_encode(key.sign(*algorithm, signing_input));
}

}  // namespace redoubt
