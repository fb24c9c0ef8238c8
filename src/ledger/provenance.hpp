// Where entries came from: what many of them have in common stands once, in a row of _provenance.
#pragma once

#include <string_view>

#include "pg/postgres.hpp"

namespace credits
{

struct Provenance {
    int32 source_no; // 0: registered by hand
    std::string_view document_kind;
    std::string_view recorded_by;

    bool operator==(const Provenance&) const = default;
};

/// The number of a provenance, which is recorded where it is not known yet.
int32 provenance_number(const Provenance& provenance);

/// What an entry's number stands for. The texts live in the current memory context.
Provenance read_provenance(int32 provenance_no);

} // namespace credits
