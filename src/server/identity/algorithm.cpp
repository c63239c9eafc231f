#include "identity/algorithm.hpp"

namespace redoubt {
namespace {

using enum SignatureAlgorithm;
using enum Jwk::Type;

// In the order of the enumeration.
constexpr AlgorithmTraits traits[] = {
    {hs256, "HS256", oct, "", EVP_sha256},          {hs384, "HS384", oct, "", EVP_sha384},
    {hs512, "HS512", oct, "", EVP_sha512},          {rs256, "RS256", rsa, "", EVP_sha256},
    {rs384, "RS384", rsa, "", EVP_sha384},          {rs512, "RS512", rsa, "", EVP_sha512},
    {ps256, "PS256", rsa, "", EVP_sha256, 0, true}, {ps384, "PS384", rsa, "", EVP_sha384, 0, true},
    {ps512, "PS512", rsa, "", EVP_sha512, 0, true}, {es256, "ES256", ec, "P-256", EVP_sha256, 32},
    {es384, "ES384", ec, "P-384", EVP_sha384, 48},  {es512, "ES512", ec, "P-521", EVP_sha512, 66},
    {eddsa, "EdDSA", okp, "Ed25519", nullptr},
};

constexpr auto all = [] {
  std::array<SignatureAlgorithm, std::size(traits)> ids{};
  for (std::size_t i = 0; i < ids.size(); ++i) ids[i] = traits[i].id;
  return ids;
}();

}  // namespace

const AlgorithmTraits& traits_of(SignatureAlgorithm algorithm) noexcept {
  return traits[static_cast<std::size_t>(algorithm)];
}

std::span<const SignatureAlgorithm> signature_algorithms() noexcept {
  return all;
}

std::string_view to_string(SignatureAlgorithm algorithm) noexcept {
  return traits_of(algorithm).name;
}

std::optional<SignatureAlgorithm> find_signature_algorithm(std::string_view name) noexcept {
  const auto* const found = std::ranges::find(traits, name, &AlgorithmTraits::name);
  if (found == std::end(traits)) return std::nullopt;
  return found->id;
}

}  // namespace redoubt
