// The policies that hang on resources, wherever CloudFormation keeps them. Called by accounts.hpp.
#pragma once

#include <string>

#include "iam/account.hpp"
#include "rights/documents.hpp"

namespace redoubt::rights {

// Those of one resource, named by its ARN, and of what it lies in (an object's bucket).
void add_resource_policies(iam::Account& account, Documents& documents, const std::string& resource);

}  // namespace redoubt::rights
