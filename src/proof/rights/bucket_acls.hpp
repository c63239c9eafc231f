// What the access control lists of a bucket and of its objects may grant beside its policies: "Controlling ownership of
// objects and disabling ACLs" (https://docs.aws.amazon.com/AmazonS3/latest/userguide/about-object-ownership.html) and
// "Access control list (ACL) overview" (https://docs.aws.amazon.com/AmazonS3/latest/userguide/acl-overview.html). The
// lists of objects are in no source: what they could grant is left open. Called by resource_policies.hpp.
#pragma once

#include <string>

#include "iam/account.hpp"
#include "rights/documents.hpp"

namespace redoubt::rights {

// Those of one resource: a bucket or an object in one. Nothing where the bucket's lists are disabled.
void add_bucket_acls(iam::Account& account, Documents& documents, const std::string& resource);

}  // namespace redoubt::rights
