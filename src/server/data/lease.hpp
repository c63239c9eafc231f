// A resource on loan from an Exchange: it goes back when the lease ends, on every path.
#pragma once

#include <utility>

#include "data/exchange.hpp"

namespace redoubt::data {

template <class T>
class Lease {
 public:
  Lease(Exchange<T*>& exchange, T* resource) : exchange_(&exchange), resource_(resource) {}
  Lease(Lease&& other) noexcept : exchange_(other.exchange_), resource_(std::exchange(other.resource_, nullptr)) {}
  Lease& operator=(Lease&&) = delete;
  ~Lease() {
    if (resource_ != nullptr) exchange_->put(resource_);
  }

  T* operator->() const { return resource_; }

 private:
  Exchange<T*>* exchange_;
  T* resource_;
};

}  // namespace redoubt::data
