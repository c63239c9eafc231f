// Keys from JSON (RFC 7517, RFC 7518 section 6, RFC 8037 section 2) and from PEM.
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/pem.h>

#include "identity/algorithm.hpp"
#include "identity/openssl.hpp"
#include "redoubt/base64url.hpp"
#include "redoubt/json.hpp"
#include "redoubt/jwk.hpp"

namespace redoubt {
namespace {

constexpr int max_rsa_bits = 16384;  // OpenSSL verifies with no larger modulus
constexpr int max_rsa_exponent_bits = 33;
constexpr std::size_t ed25519_size = 32;  // bytes of a public and of a private key (RFC 8032 section 5.1.5)

struct Curve {
  std::string_view name;
  const char* openssl_name;
  std::size_t size;  // bytes of a coordinate
};
constexpr Curve p256{"P-256", "prime256v1", 32};
constexpr Curve curves[] = {p256, {"P-384", "secp384r1", 48}, {"P-521", "secp521r1", 66}};

std::unexpected<std::string> wrong(std::string reason) {
  return std::unexpected(std::move(reason));
}

// The member as text; empty when it is absent.
std::expected<std::string, std::string> text_member(const json::Value& object, std::string_view name) {
  const auto member = object.find(name);
  if (!member) return std::string();
  if (!member->is_string()) return wrong(fmt::format("the key's \"{}\" must be a string", name));
  return std::string(member->string());
}

// The member's bytes, at least one; exactly `size` of them unless that is 0.
std::expected<std::string, std::string> bytes_member(const json::Value& object, std::string_view name,
                                                     std::size_t size = 0) {
  const auto text = text_member(object, name);
  if (!text) return wrong(text.error());
  auto bytes = base64url_decode(*text);
  if (!bytes || bytes->empty()) return wrong(fmt::format("the key's \"{}\" must be base64url without padding", name));
  if (size != 0 && bytes->size() != size) return wrong(fmt::format("the key's \"{}\" must have {} bytes", name, size));
  return *std::move(bytes);
}

// A key from its parameters; null when they make none (as a point that is not on its curve).
EVP_PKEY* make_key(const char* type, int selection, OSSL_PARAM_BLD* builder) {
  const ParamsPtr params(OSSL_PARAM_BLD_to_param(builder));
  const PkeyContextPtr context(EVP_PKEY_CTX_new_from_name(nullptr, type, nullptr));
  EVP_PKEY* key = nullptr;
  if (!params || !context || EVP_PKEY_fromdata_init(context.get()) <= 0 ||
      EVP_PKEY_fromdata(context.get(), &key, selection, params.get()) <= 0) {
    return nullptr;
  }
  return key;
}

bool passes(EVP_PKEY* key, int (*check)(EVP_PKEY_CTX*)) {
  const PkeyContextPtr context(EVP_PKEY_CTX_new_from_pkey(nullptr, key, nullptr));
  return context && check(context.get()) == 1;
}

bool contains(const json::Value& array, std::string_view text) {
  for (const json::Value element : array.elements()) {
    if (element.string() == text) return true;
  }
  return false;
}

bool holds_strings_only(const json::Value& value) {
  if (!value.is_array()) return false;
  for (const json::Value element : value.elements()) {
    if (!element.is_string()) return false;
  }
  return true;
}

}  // namespace

std::expected<Jwk, std::string> Jwk::parse(std::string_view json) {
  const auto document = json::parse(std::string(json));
  if (!document) return wrong(fmt::format("the key is not JSON: {}", document.error().reason));
  return from_json(document->root());
}

std::expected<Jwk, std::string> Jwk::from_json(const json::Value& object) {
  const OpensslErrorsCleared cleared;
  if (!object.is_object()) return wrong("the key is not a JSON object");
  Jwk key;
  for (const auto& [name, target] : {std::pair("kid", &key.kid_), std::pair("alg", &key.alg_)}) {
    auto text = text_member(object, name);
    if (!text) return wrong(text.error());
    *target = *std::move(text);
  }
  const auto use = text_member(object, "use");
  if (!use) return wrong(use.error());
  if (object.find("use") && *use != "sig") key.may_verify_ = key.may_sign_ = false;
  if (const auto operations = object.find("key_ops")) {
    if (!holds_strings_only(*operations)) return wrong("the key's \"key_ops\" must be an array of strings");
    if (!contains(*operations, "verify")) key.may_verify_ = false;
    if (!contains(*operations, "sign")) key.may_sign_ = false;
  }

  const auto type = text_member(object, "kty");
  if (!type) return wrong(type.error());
  std::expected<void, std::string> read;
  if (*type == "oct") {
    read = key.read_oct(object);
  } else if (*type == "RSA") {
    read = key.read_rsa(object);
  } else if (*type == "EC") {
    read = key.read_ec(object);
  } else if (*type == "OKP") {
    read = key.read_okp(object);
  } else {
    return wrong("the key's \"kty\" must be oct, RSA, EC or OKP");
  }
  if (!read) return wrong(read.error());
  return key;
}

std::expected<void, std::string> Jwk::read_oct(const json::Value& object) {
  auto secret = bytes_member(object, "k");
  if (!secret) return wrong(secret.error());
  type_ = Type::oct;
  is_private_ = true;
  secret_.bytes = *std::move(secret);
  return {};
}

// A private RSA key serves as its public half: nothing here signs with RSA.
std::expected<void, std::string> Jwk::read_rsa(const json::Value& object) {
  const auto n = bytes_member(object, "n");
  if (!n) return wrong(n.error());
  const auto e = bytes_member(object, "e");
  if (!e) return wrong(e.error());
  // RFC 7518 section 2: a Base64urlUInt has no leading zero octet.
  if (n->front() == '\0' || e->front() == '\0')
    return wrong("the key's \"n\" and \"e\" must not begin with a zero octet");
  const BignumPtr modulus = bignum(*n);
  const BignumPtr exponent = bignum(*e);
  if (BN_num_bits(modulus.get()) > max_rsa_bits || !BN_is_odd(modulus.get())) {
    return wrong("the key's \"n\" must be odd and have at most 16384 bits");
  }
  if (!BN_is_odd(exponent.get()) || BN_is_one(exponent.get()) || BN_num_bits(exponent.get()) > max_rsa_exponent_bits) {
    return wrong("the key's \"e\" must be odd and between 3 and 2^33");
  }
  const ParamBuilderPtr builder(OSSL_PARAM_BLD_new());
  OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_N, modulus.get());
  OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_E, exponent.get());
  key_.reset(make_key("RSA", EVP_PKEY_PUBLIC_KEY, builder.get()));
  if (!key_) return wrong("the key's \"n\" and \"e\" make no RSA key");
  type_ = Type::rsa;
  n_ = base64url_encode(*n);
  e_ = base64url_encode(*e);
  return {};
}

std::expected<void, std::string> Jwk::read_ec(const json::Value& object) {
  const auto curve_name = text_member(object, "crv");
  if (!curve_name) return wrong(curve_name.error());
  const auto* const curve = std::ranges::find(curves, *curve_name, &Curve::name);
  if (curve == std::end(curves)) return wrong("the key's \"crv\" must be P-256, P-384 or P-521");
  // RFC 7518 sections 6.2.1.2, 6.2.1.3 and 6.2.2.1: always the full size.
  const auto x = bytes_member(object, "x", curve->size);
  if (!x) return wrong(x.error());
  const auto y = bytes_member(object, "y", curve->size);
  if (!y) return wrong(y.error());
  const std::string point = '\x04' + *x + *y;  // uncompressed: SEC 1 section 2.3.3
  const ParamBuilderPtr builder(OSSL_PARAM_BLD_new());
  OSSL_PARAM_BLD_push_utf8_string(builder.get(), OSSL_PKEY_PARAM_GROUP_NAME, curve->openssl_name, 0);
  OSSL_PARAM_BLD_push_octet_string(builder.get(), OSSL_PKEY_PARAM_PUB_KEY, point.data(), point.size());
  BignumPtr scalar;  // must outlive make_key
  if (object.find("d")) {
    auto d = bytes_member(object, "d", curve->size);
    if (!d) return wrong(d.error());
    scalar.reset(BN_secure_new());
    BN_bin2bn(bytes_of(*d), static_cast<int>(d->size()), scalar.get());
    OPENSSL_cleanse(d->data(), d->size());
    OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_PRIV_KEY, scalar.get());
    is_private_ = true;
  }
  key_.reset(make_key("EC", is_private_ ? EVP_PKEY_KEYPAIR : EVP_PKEY_PUBLIC_KEY, builder.get()));
  if (!key_ || !passes(key_.get(), EVP_PKEY_public_check)) {
    return wrong("the key's \"x\" and \"y\" are no point of its curve");
  }
  if (is_private_ && !passes(key_.get(), EVP_PKEY_pairwise_check)) {
    return wrong("the key's \"d\" does not belong to its \"x\" and \"y\"");
  }
  type_ = Type::ec;
  curve_ = curve->name;
  x_ = base64url_encode(*x);
  y_ = base64url_encode(*y);
  return {};
}

std::expected<void, std::string> Jwk::read_okp(const json::Value& object) {
  const auto curve_name = text_member(object, "crv");
  if (!curve_name) return wrong(curve_name.error());
  if (*curve_name != "Ed25519") return wrong("the key's \"crv\" must be Ed25519");
  const auto x = bytes_member(object, "x", ed25519_size);
  if (!x) return wrong(x.error());
  if (object.find("d")) {
    auto d = bytes_member(object, "d", ed25519_size);
    if (!d) return wrong(d.error());
    key_.reset(EVP_PKEY_new_raw_private_key_ex(nullptr, "ED25519", nullptr, bytes_of(*d), d->size()));
    OPENSSL_cleanse(d->data(), d->size());
    std::string derived(ed25519_size, '\0');
    std::size_t size = derived.size();
    if (!key_ || EVP_PKEY_get_raw_public_key(key_.get(), bytes_of(derived), &size) != 1 || derived != *x) {
      return wrong("the key's \"d\" does not belong to its \"x\"");
    }
    is_private_ = true;
  } else {
    key_.reset(EVP_PKEY_new_raw_public_key_ex(nullptr, "ED25519", nullptr, bytes_of(*x), x->size()));
    if (!key_) return wrong("the key's \"x\" is no Ed25519 key");
  }
  type_ = Type::okp;
  curve_ = "Ed25519";
  x_ = base64url_encode(*x);
  return {};
}

std::expected<Jwk, std::string> Jwk::from_pem(std::string_view pem) {
  const OpensslErrorsCleared cleared;
  const BioPtr bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  // Without this function OpenSSL would ask for a passphrase at the terminal.
  const auto no_passphrase = [](char*, int, int, void*) { return -1; };
  Jwk key;
  key.key_.reset(PEM_read_bio_PrivateKey(bio.get(), nullptr, no_passphrase, nullptr));
  if (!key.key_) return wrong("not an unencrypted PEM private key (BEGIN PRIVATE KEY or BEGIN EC PRIVATE KEY)");
  EVP_PKEY* const pkey = key.key_.get();
  key.is_private_ = true;
  std::array<char, 64> group{};
  if (EVP_PKEY_is_a(pkey, "ED25519") == 1) {
    std::string x(ed25519_size, '\0');
    std::size_t size = x.size();
    EVP_PKEY_get_raw_public_key(pkey, bytes_of(x), &size);
    key.type_ = Type::okp;
    key.curve_ = "Ed25519";
    key.alg_ = to_string(SignatureAlgorithm::eddsa);
    key.x_ = base64url_encode(x);
  } else if (EVP_PKEY_is_a(pkey, "EC") == 1 &&
             EVP_PKEY_get_group_name(pkey, group.data(), group.size(), nullptr) == 1 &&
             std::string_view(group.data()) == p256.openssl_name) {
    if (!passes(pkey, EVP_PKEY_check)) return wrong("the private key's parts do not belong together");
    const auto coordinate = [&](const char* name) {
      BIGNUM* number = nullptr;
      EVP_PKEY_get_bn_param(pkey, name, &number);
      const BignumPtr owner(number);
      std::string bytes(p256.size, '\0');
      BN_bn2binpad(number, bytes_of(bytes), static_cast<int>(bytes.size()));
      return base64url_encode(bytes);
    };
    key.type_ = Type::ec;
    key.curve_ = p256.name;
    key.alg_ = to_string(SignatureAlgorithm::es256);
    key.x_ = coordinate(OSSL_PKEY_PARAM_EC_PUB_X);
    key.y_ = coordinate(OSSL_PKEY_PARAM_EC_PUB_Y);
  } else {
    return wrong("the private key is neither EC P-256 nor Ed25519 (make one: openssl genpkey -algorithm ed25519)");
  }
  key.kid_ = key.thumbprint();
  return key;
}

std::expected<std::vector<Jwk>, std::string> parse_jwks(std::string_view json) {
  const auto document = json::parse(std::string(json));
  if (!document) return wrong(fmt::format("the key is not JSON: {}", document.error().reason));
  std::vector<Jwk> keys;
  const auto members = document->root().find("keys");
  if (!members) {
    auto key = Jwk::from_json(document->root());
    if (!key) return wrong(key.error());
    keys.push_back(*std::move(key));
    return keys;
  }
  if (!members->is_array()) return wrong("the set's \"keys\" must be an array");
  for (const json::Value member : members->elements()) {
    if (auto key = Jwk::from_json(member)) keys.push_back(*std::move(key));
  }
  return keys;
}

}  // namespace redoubt
