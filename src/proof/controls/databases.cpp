#include "databases.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "value_text.hpp"

namespace redoubt::controls {

bool is_cluster_member(Inquiry& ask, const Resource& instance) {
  if (!instance.type.ends_with("::DBInstance")) return false;
  if (!is_empty(ask.get(instance, "DBClusterIdentifier"))) return true;
  const Known<std::string> engine = engine_of(ask, instance);  // Aurora's instances are in clusters only
  return engine.known() && engine.value.starts_with("aurora");
}

Truth is_storage_encrypted(Inquiry& ask, const Resource& database, std::string& evidence) {
  // Each names what it was made from, and takes over its encryption ("AWS::RDS::DBInstance", StorageEncrypted).
  constexpr std::array sources{"SourceDBInstanceIdentifier", "SourceDBClusterIdentifier", "SourceDbiResourceId"};
  constexpr std::array snapshots{"DBSnapshotIdentifier", "SnapshotIdentifier", "DBClusterSnapshotIdentifier"};
  const Value own = ask.get(database, "StorageEncrypted");
  Truth is = ask.in().boolean(own);
  if (is.unknown()) return is;
  if (is.known()) {
    evidence = fmt::format("StorageEncrypted is {}", is.value);
    return is;
  }
  for (const std::string_view name : sources) {
    const Value source = ask.get(database, name);
    if (is_empty(source)) continue;
    const Resource* const origin = ask.in().target(source);
    if (origin == nullptr || origin == &database)
      return unknown_truth(
          fmt::format("{} is {}, whose encryption it takes over", name, text_of(ask.estate(), source)));
    std::string of_origin;
    Truth out = is_storage_encrypted(ask, *origin, of_origin);
    evidence = fmt::format("it takes over the encryption of {}: {}", origin->id, of_origin);
    return out;
  }
  for (const std::string_view name : snapshots) {
    const Value snapshot = ask.get(database, name);
    if (!is_empty(snapshot))
      return unknown_truth(
          fmt::format("{} is {}, whose encryption it takes over", name, text_of(ask.estate(), snapshot)));
  }
  evidence = "StorageEncrypted is absent, which AWS takes as false";
  return truth(false);
}

Known<std::string> engine_of(Inquiry& ask, const Resource& database) {
  if (database.type == docdb_cluster) return {Known<std::string>::State::known, "docdb", {}};
  if (database.type == neptune_cluster) return {Known<std::string>::State::known, "neptune", {}};
  Known<std::string> out = ask.text(database, "Engine");
  std::ranges::transform(out.value, out.value.begin(),
                         [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  return out;
}

bool is_postgres(std::string_view engine) {
  return engine == "postgres" || engine == "aurora-postgresql";
}

bool is_mysql(std::string_view engine) {
  return engine == "mysql" || engine == "mariadb" || engine == "aurora-mysql" || engine == "aurora";
}

Known<double> port_of(Inquiry& ask, const Resource& database) {
  using State = Known<double>::State;
  Known<double> own = ask.number(database, "Port");
  if (!own.absent()) return own;
  const Known<std::string> engine = engine_of(ask, database);
  if (!engine.known()) return {State::unknown, 0, engine.absent() ? "neither Port nor Engine is given" : engine.why};
  // The engines' own ports (CreateDBInstance and CreateDBCluster, Port).
  if (is_postgres(engine.value)) return {State::known, 5432, {}};
  if (is_mysql(engine.value)) return {State::known, 3306, {}};
  if (engine.value.starts_with("oracle")) return {State::known, 1521, {}};
  if (engine.value.starts_with("sqlserver")) return {State::known, 1433, {}};
  if (engine.value == "docdb") return {State::known, 27017, {}};
  if (engine.value == "neptune") return {State::known, 8182, {}};
  return {State::unknown, 0, fmt::format("the port of the engine {} is not known", engine.value)};
}

}  // namespace redoubt::controls
