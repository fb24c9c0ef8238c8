// The parts of the benchmark: each measures and prints its rows of the table. bench/*.sql made what they work on.
#pragma once

namespace bench
{

void measure_lines();       // a line per transaction, and 50 000 lines in one statement
void measure_bytes();       // log, memory, files
void measure_transaction(); // many lines in one transaction
void measure_lots();        // one consumption, with few and with very many lots
void measure_clients();     // many clients at the same time
void measure_snapshot();    // many lines of one customer, under an old snapshot

} // namespace bench
