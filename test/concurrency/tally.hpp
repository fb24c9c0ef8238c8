// Counts checks, and prints what failed.
#pragma once

#include <cstdio>
#include <string>
#include <string_view>
#include <vector>

namespace concurrency
{

class Tally
{
public:
    /// One check: passes when nothing was found. Prints the name of a failed one and the first findings.
    void check(std::string_view where, std::string_view property, const std::vector<std::string>& findings)
    {
        if (findings.empty()) {
            ++passed;
            return;
        }
        ++failed;
        printf("FAILED %.*s: %.*s (%zu)\n", int(where.size()), where.data(), int(property.size()), property.data(),
               findings.size());
        for (size_t i = 0; i < findings.size() && i < shown; ++i)
            printf("    %s\n", findings[i].c_str());
        fflush(stdout);
    }

    /// Prints the sum as the last line; returns the exit code.
    int report() const
    {
        printf("%d passed, %d failed\n", passed, failed);
        return failed == 0 && passed > 0 ? 0 : 1;
    }

private:
    static constexpr size_t shown = 3;
    int passed = 0;
    int failed = 0;
};

} // namespace concurrency
