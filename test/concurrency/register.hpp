// The documents that exist, shared by all clerks of a run.
//
// Filed documents are opened for editing: one clerk at a time, as ERPs have it, so that the ERP by itself neither deadlocks nor
// fails to serialize, and whatever does is the ledger's. Counter documents take lines from everybody at once, and are never
// deleted; a steady one keeps its customer, a wandering one does not.
#pragma once

#include <array>
#include <functional>
#include <mutex>
#include <random>
#include <set>
#include <vector>

#include "erp.hpp"

namespace concurrency
{

using Random = std::mt19937_64;

/// A number from 0 to below `count`.
inline size_t below(Random& random, size_t count) { return std::uniform_int_distribution<size_t>{0, count - 1}(random); }

inline bool chance(Random& random, int percent) { return below(random, 100) < static_cast<size_t>(percent); }

class Register
{
public:
    /// Keeps documents open for one clerk, until it goes out of scope.
    using Opened = std::vector<std::unique_lock<std::mutex>>;

    struct Counter {
        std::vector<Document> steady; // all of one customer
        Document wandering;
        bool is_fickle; // the customer

        const Document& report() const { return steady.back(); } // of sources, the last
    };

    std::vector<Counter> counters; // written before the clerks start, then only read

    void file(const std::vector<Document>& documents)
    {
        const std::lock_guard guard{filing};
        filed.insert(filed.end(), documents.begin(), documents.end());
    }

    void forget(const std::vector<Document>& documents)
    {
        const std::lock_guard guard{filing};
        for (const Document& document : documents)
            std::erase(filed, document);
    }

    /// Picks up to `count` filed documents at random. Another clerk may delete them before they are opened.
    std::vector<Document> pick(Random& random, size_t count)
    {
        const std::lock_guard guard{filing};
        std::vector<Document> picked;
        for (size_t i = 0; i < count && !filed.empty(); ++i) {
            const Document& document = filed[below(random, filed.size())];
            if (std::ranges::find(picked, document) == picked.end())
                picked.push_back(document);
        }
        return picked;
    }

    /// Waits until nobody else has them open. To be called outside of a transaction, so that its snapshot is taken afterwards.
    Opened open(const std::vector<Document>& documents)
    {
        std::set<size_t> desks_in_order;
        for (const Document& document : documents)
            desks_in_order.insert(std::hash<std::string>{}(document.id) % desks.size());
        Opened opened;
        for (const size_t desk : desks_in_order)
            opened.emplace_back(desks[desk]);
        return opened;
    }

private:
    std::mutex filing;
    std::vector<Document> filed;
    std::array<std::mutex, 1024> desks;
};

} // namespace concurrency
