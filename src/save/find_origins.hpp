// What lines were made from, and what that was made from, looked up by the texts of keys, without a lock.
#pragma once

#include "save/origins.hpp"

namespace credits
{

/// An origin by its name.
struct OriginKey {
    Oid line_table;
    std::string_view key;

    friend bool operator==(const OriginKey&, const OriginKey&) = default;
};

bool may_have_origins(const Batch& batch);

/// The origin with this key among those that were found; null when it is not among them.
Origin* find(const Origins& origins, const OriginKey& key);

/// Finds the origins of all lines, as these were and are, and theirs, as of the latest snapshot; null when there are none.
Origins* find_origins(Batches batches);

} // namespace credits
