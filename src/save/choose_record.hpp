// Lines of which more than one thing is recorded, since a change of theirs was missed and they were booked anew: what each keeps,
// and what it gives back.
#pragma once

#include "lines/batch.hpp"
#include "settings/configuration.hpp"

namespace credits
{

/// Would what the line wants stand where this is recorded?
bool is_target(const Recorded& recorded, const DocumentLine& line);

/// Does all that is recorded for the line add up to what it wants, under one target? Then it stays as it is.
bool adds_up(const DocumentLine& line);

/// Puts first what the line keeps of what is recorded for it. What it wants is known.
void choose_record(DocumentLine& line);

/// Adds, behind each line that was decided, a line that gives back what is recorded for it besides (record_claims.hpp). Refused
/// where that would change a document of a closed month, and closed months are kept (rule 28).
void give_back_the_rest(const Configuration& configuration, Batch& batch);

} // namespace credits
