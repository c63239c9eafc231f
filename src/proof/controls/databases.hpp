// What checks of several sections must know about databases alike.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "check.hpp"
#include "truth.hpp"

namespace redoubt::controls {

inline constexpr std::string_view db_instance = "AWS::RDS::DBInstance";
inline constexpr std::string_view db_cluster = "AWS::RDS::DBCluster";
inline constexpr std::string_view docdb_cluster = "AWS::DocDB::DBCluster";
inline constexpr std::string_view neptune_cluster = "AWS::Neptune::DBCluster";

// An instance whose storage, backups and credentials are its cluster's: the cluster answers for them.
[[nodiscard]] bool is_cluster_member(Inquiry& ask, const Resource& instance);

// Is the storage encrypted? An instance made from a replica's source takes over what that is; one made from a snapshot
// of which nothing is known is unknown.
[[nodiscard]] Truth is_storage_encrypted(Inquiry& ask, const Resource& database, std::string& evidence);

// The engine in lower case ("postgres", "aurora-mysql"); absent or unknown where it is not said.
[[nodiscard]] Known<std::string> engine_of(Inquiry& ask, const Resource& database);
[[nodiscard]] bool is_postgres(std::string_view engine);
[[nodiscard]] bool is_mysql(std::string_view engine);  // MariaDB too

// The port that it listens on: its own, or its engine's.
[[nodiscard]] Known<double> port_of(Inquiry& ask, const Resource& database);

}  // namespace redoubt::controls
