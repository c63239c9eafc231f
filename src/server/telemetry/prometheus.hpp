// One metric in Prometheus text exposition format 0.0.4. Used by Metrics alone.
#pragma once

#include <string>

#include "redoubt/metrics.hpp"

namespace redoubt {

template <class Series>
void append_prometheus(std::string& out, const detail::SeriesTable<Series>& table);

extern template void append_prometheus(std::string&, const detail::SeriesTable<Counter>&);
extern template void append_prometheus(std::string&, const detail::SeriesTable<Gauge>&);
extern template void append_prometheus(std::string&, const detail::SeriesTable<Histogram>&);

}  // namespace redoubt
