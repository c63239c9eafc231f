// The SCPs and RCPs that an estate declares (AWS::Organizations::Policy), on the accounts that they bear on: the
// account that is a target, and those below an organisational unit or a root as far as the estate tells the
// organisation's tree. Whom else a target holds is not known. Called by accounts.hpp after all else that it reads.
#pragma once

#include "iam/account.hpp"
#include "rights/documents.hpp"

namespace redoubt::rights {

// "SCP evaluation", Organizations User Guide: at each level some policy must allow, and none deny. FullAWSAccess is
// attached everywhere until somebody detaches it, which a template does not show: generously it is there, strictly it
// is not where another policy of the level allows something. An account that a policy names is taken for a member: on
// the management account none has effect.
void add_organisations(iam::Account& account, Documents& documents);

}  // namespace redoubt::rights
