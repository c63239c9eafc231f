#include "reach/default_egress.hpp"

namespace redoubt::reach {

DefaultEgress default_egress(estate::Case& in, const estate::Resource& group, bool has_separate) {
  const estate::Value own = in.get(group, "SecurityGroupEgress");
  if (own && !own.is(estate::Kind::list)) return DefaultEgress::not_known;  // whatever it turns out to be
  if (!own.items.empty()) return DefaultEgress::none;
  return has_separate ? DefaultEgress::not_known : DefaultEgress::stands;
}

}  // namespace redoubt::reach
