// What to say where not even one packet could be made for a question: whether the address may be that of somebody whom
// the source does not show, and else why no packet can have the two ends' addresses. Only Reach::ask uses it.
#pragma once

#include <string>

#include "reach/reach.hpp"

namespace redoubt::reach {

// Whether an end is an address that nobody in the network has, and that is not the Internet's.
[[nodiscard]] bool is_nobodys(const Endpoint& end);

// Why somebody beyond what the source shows may have this address; empty: nobody can.
[[nodiscard]] std::string why_beyond(const Network& network, Address address);

// Why no packet goes from the one end to the other, in a sentence.
[[nodiscard]] std::string why_no_packet(const Network& network, const Question& question);

}  // namespace redoubt::reach
