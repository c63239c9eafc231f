// The words of the catalogue: the names of its enumerations and the frameworks that it refers to.
#include <array>

#include "catalogue.hpp"

namespace redoubt::controls {

std::string_view name_of(Source source) {
  static constexpr std::array<std::string_view, 5> names = {"estate", "account", "service", "image", "document"};
  return names.at(static_cast<std::size_t>(source));
}

std::string_view name_of(Scope scope) {
  static constexpr std::array<std::string_view, 3> names = {"fragment", "stack", "account"};
  return names.at(static_cast<std::size_t>(scope));
}

const std::vector<Framework>& frameworks() {
  static const std::vector<Framework> all = {
      {"cis-1.2", "CIS AWS Foundations Benchmark v1.2.0", R"([1-4]\.\d{1,2})"},
      {"cis-3.0", "CIS AWS Foundations Benchmark v3.0.0", R"([1-5](\.\d{1,2}){1,2})"},
      {"cis-5.0", "CIS AWS Foundations Benchmark v5.0.0", R"([1-5](\.\d{1,2}){1,2})"},
      {"nist-800-53-r5", "NIST SP 800-53 Revision 5",
       R"((AC|AT|AU|CA|CM|CP|IA|IR|MA|MP|PE|PL|PM|PS|PT|RA|SA|SC|SI|SR)-\d{1,2}(\(\d{1,2}\))?)"},
      {"pci-dss-4", "PCI DSS v4.0.1", R"(([1-9]|1[0-2])(\.\d{1,2}){1,3})"},
      {"hipaa", "HIPAA Security Rule (45 CFR Part 164, Subpart C)",
       R"(164\.3(08|10|12|14|16)\([a-e]\)(\(\d\)(\([ivx]+\)(\([A-H]\))?)?)?)"},
      {"soc2", "SOC 2 Trust Services Criteria (2017, points of focus revised 2022)",
       R"(CC[1-9]\.[1-9]|A1\.[1-3]|C1\.[12]|PI1\.[1-5]|P[1-8]\.[0-9])"},
      {"gdpr", "General Data Protection Regulation (EU) 2016/679", R"([1-9]\d?(\(\d{1,2}\)(\([a-z]\))?)?)"},
      {"asvs-5.0", "OWASP Application Security Verification Standard 5.0.0", R"(V([1-9]|1[0-7])\.\d{1,2}\.\d{1,2})"},
  };
  return all;
}

}  // namespace redoubt::controls
