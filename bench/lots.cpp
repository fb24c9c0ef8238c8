// One consumption that meets few open lots, or very many (bench/lots.sql): the time must not depend on how many there are.
#include "desk.hpp"
#include "parts.hpp"

namespace bench
{

void measure_lots()
{
    const std::vector<Run<Took>> runs = {
        single_lines("erp_credits", {{3000001, "QUARTER"}}),
        single_lines("erp_credits", {{3000002, "QUARTER"}}),
        single_lines("erp_credits", {{3000003, "QUARTER"}}),
    };
    const auto took = interleave(rounds_of_single_lines, runs);
    print_heading("A consumption, credits");
    print_median("10 open lots", took[0], 1e-6, "us");
    print_ratio("1 000 000 lots, all but 10 exhausted / 10 open lots", took[1], took[0], {"1.1", ""});
    print_ratio("1 000 000 lots, all open / 10 open lots", took[2], took[0], {"1.1", ""});
}

} // namespace bench
