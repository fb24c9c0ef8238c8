// Lines that one save deleted and inserted again: an ERP that saves a document so means the same lines, and they keep their lots.
#pragma once

#include "lines/batch.hpp"

namespace credits
{

/// Finds, among the first `count` images' lines, those that are gone and recorded, and the new ones; makes one line of two that
/// have the same document, article, quantity and amount, or else the same key. To the ledger that is a line with a new key.
/// The headers are locked and the lines read. knows_headers: those of what is gone; else customer, date and number stand for
/// them.
void join_resaved_lines(Batch& batch, int count, bool knows_headers);

} // namespace credits
