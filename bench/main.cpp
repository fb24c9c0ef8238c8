// credits_bench PART...: measures on the server that PGHOST and PGPORT name, prepared by bench/run, and prints ratios.
// It asserts nothing: machines are noisy.
#include "parts.hpp"

#include <cstdio>
#include <exception>
#include <string_view>

namespace
{

struct Part {
    std::string_view name;
    void (*measure)();
};

constexpr Part parts[] = {
    {"lines", bench::measure_lines}, {"bytes", bench::measure_bytes},     {"transaction", bench::measure_transaction},
    {"lots", bench::measure_lots},   {"clients", bench::measure_clients}, {"snapshot", bench::measure_snapshot},
};

bool measure(std::string_view name)
{
    for (const Part& part : parts)
        if (part.name == name) {
            part.measure();
            return true;
        }
    std::fprintf(stderr, "credits_bench: no part \"%.*s\"\n", int(name.size()), name.data());
    return false;
}

} // namespace

int main(int count, char** names)
try {
    for (int i = 1; i < count; ++i)
        if (!measure(names[i]))
            return 2;
    return 0;
} catch (const std::exception& error) {
    std::fprintf(stderr, "credits_bench: %s\n", error.what());
    return 1;
}
