// Owners for the OpenSSL objects that the identity sources share, and one rule: a failed call leaves nothing in the
// thread's error queue, which the TLS code on the same thread reads.
#pragma once

#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/ecdsa.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>

#include <memory>
#include <string>
#include <string_view>

namespace redoubt {

template <auto free_function>
struct OpensslFree {
  template <class T>
  void operator()(T* object) const noexcept {
    free_function(object);
  }
};
template <class T, auto free_function>
using OpensslPtr = std::unique_ptr<T, OpensslFree<free_function>>;

using BignumPtr = OpensslPtr<BIGNUM, BN_clear_free>;
using BioPtr = OpensslPtr<BIO, BIO_free>;
using EcdsaSigPtr = OpensslPtr<ECDSA_SIG, ECDSA_SIG_free>;
using MdContextPtr = OpensslPtr<EVP_MD_CTX, EVP_MD_CTX_free>;
using ParamBuilderPtr = OpensslPtr<OSSL_PARAM_BLD, OSSL_PARAM_BLD_free>;
using ParamsPtr = OpensslPtr<OSSL_PARAM, OSSL_PARAM_free>;
using PkeyContextPtr = OpensslPtr<EVP_PKEY_CTX, EVP_PKEY_CTX_free>;

struct OpensslErrorsCleared {
  OpensslErrorsCleared() = default;
  OpensslErrorsCleared(const OpensslErrorsCleared&) = delete;
  OpensslErrorsCleared& operator=(const OpensslErrorsCleared&) = delete;
  ~OpensslErrorsCleared() { ERR_clear_error(); }
};

inline const unsigned char* bytes_of(std::string_view text) noexcept {
  return reinterpret_cast<const unsigned char*>(text.data());
}
inline unsigned char* bytes_of(std::string& text) noexcept {
  return reinterpret_cast<unsigned char*>(text.data());
}
inline BignumPtr bignum(std::string_view bytes) {
  return BignumPtr(BN_bin2bn(bytes_of(bytes), static_cast<int>(bytes.size()), nullptr));
}

}  // namespace redoubt
