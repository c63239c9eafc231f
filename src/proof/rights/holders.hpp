// What of an estate has a role already: functions, build projects, instances, state machines, notebooks. An escalation
// may lead through it. Called by accounts.cpp; what does not tell for certain which role it has is left out.
#pragma once

#include "iam/account.hpp"
#include "rights/texts.hpp"

namespace redoubt::rights {

void add_holders(iam::Account& account, Texts& texts);

}  // namespace redoubt::rights
