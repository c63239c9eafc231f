#include "telemetry/prometheus.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iterator>

namespace redoubt {
namespace {

// A help text escapes backslash and newline; a label value also its quote.
void append_escaped(std::string& out, std::string_view text, bool quoted) {
  for (const char c : text) {
    if (c == '\n') {
      out += "\\n";
    } else if (c == '\\' || (quoted && c == '"')) {
      out += '\\';
      out += c;
    } else {
      out += c;
    }
  }
}

void append_number(std::string& out, std::uint64_t number) {
  fmt::format_to(std::back_inserter(out), "{}", number);
}

void append_number(std::string& out, double number) {
  if (std::isnan(number)) {
    out += "NaN";
  } else if (std::isinf(number)) {
    out += number > 0 ? "+Inf" : "-Inf";
  } else {
    fmt::format_to(std::back_inserter(out), "{}", number);
  }
}

struct Labels {
  const std::vector<std::string_view>& names;
  const std::vector<std::string>& values;
};

// name_suffix{label="value",le="bound"} number
template <class Number>
void append_sample(std::string& out, std::string_view name, std::string_view suffix, const Labels& labels,
                   std::string_view bound, Number number) {
  out += name;
  out += suffix;
  char separator = '{';
  const auto append_label = [&](std::string_view label, std::string_view value) {
    out += separator;
    out += label;
    out += "=\"";
    append_escaped(out, value, true);
    out += '"';
    separator = ',';
  };
  for (std::size_t i = 0; i < labels.names.size(); ++i) append_label(labels.names[i], labels.values[i]);
  if (!bound.empty()) append_label("le", bound);
  if (separator == ',') out += '}';
  out += ' ';
  append_number(out, number);
  out += '\n';
}

void append_series(std::string& out, std::string_view name, const Labels& labels, const Histogram& histogram) {
  std::uint64_t cumulative = 0;
  for (std::size_t i = 0; i < histogram.bounds().size(); ++i) {
    cumulative += histogram.count(i);
    std::string bound;
    append_number(bound, histogram.bounds()[i]);
    append_sample(out, name, "_bucket", labels, bound, cumulative);
  }
  cumulative += histogram.count(histogram.bounds().size());
  append_sample(out, name, "_bucket", labels, "+Inf", cumulative);
  append_sample(out, name, "_sum", labels, {}, histogram.sum());
  append_sample(out, name, "_count", labels, {}, cumulative);
}

template <class Simple>
void append_series(std::string& out, std::string_view name, const Labels& labels, const Simple& series) {
  append_sample(out, name, {}, labels, {}, series.value());
}

template <class Series>
std::string_view type_name(const MetricDefinition<Series, 0>& definition) {
  if constexpr (std::same_as<Series, Histogram>) return "histogram";
  return definition.only_goes_up ? "counter" : "gauge";
}

}  // namespace

template <class Series>
void append_prometheus(std::string& out, const detail::SeriesTable<Series>& table) {
  const auto& definition = table.definition();
  auto entries = table.entries();
  if (entries.empty()) return;
  std::ranges::sort(entries, {}, [](const auto* entry) -> const auto& { return entry->values; });
  fmt::format_to(std::back_inserter(out), "# HELP {} ", definition.name);
  append_escaped(out, definition.help, false);
  fmt::format_to(std::back_inserter(out), "\n# TYPE {} {}\n", definition.name, type_name(definition));
  for (const auto* entry : entries) {
    append_series(out, definition.name, {.names = table.labels(), .values = entry->values}, entry->series);
  }
}

template void append_prometheus(std::string&, const detail::SeriesTable<Counter>&);
template void append_prometheus(std::string&, const detail::SeriesTable<Gauge>&);
template void append_prometheus(std::string&, const detail::SeriesTable<Histogram>&);

}  // namespace redoubt
