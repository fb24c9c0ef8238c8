// Remembers one line.
#include "ledger/line_in_hand.hpp"

namespace credits
{

namespace
{

const DocumentLine* in_hand;

} // namespace

const DocumentLine* line_in_hand() { return in_hand; }

void take_in_hand(const DocumentLine* line) { in_hand = line; }

} // namespace credits
