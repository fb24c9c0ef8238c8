// How far the clerks are, so that the office spreads its acts over the whole of their work.
#pragma once

#include <atomic>

namespace concurrency
{

class Progress
{
public:
    void add(int operations)
    {
        done += operations;
        done.notify_all();
    }

    void wait_for(int operations) const
    {
        for (int seen = done; seen < operations; seen = done)
            done.wait(seen);
    }

private:
    std::atomic<int> done = 0;
};

} // namespace concurrency
