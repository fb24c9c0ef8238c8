// The settlement of one document line: what the ledger has recorded against what the line wants now (rules 9 to 16).
// A pure function: the ledger carries out what it says.
#pragma once

#include <algorithm>

#include "core/amount.hpp"

namespace credits::core
{

/// What a line does with credits: its article sells or consumes, its quantity is positive or, to undo that, negative.
enum class Act { none, sale, credit_note, consumption, return_line };

constexpr Act act_of(Amount coefficient, Amount credits)
{
    if (credits == zero)
        return Act::none;
    if (coefficient > zero)
        return credits > zero ? Act::sale : Act::credit_note;
    return credits > zero ? Act::return_line : Act::consumption;
}

/// What a line did to the ledger, or wants to do. Credits > 0 came in. A credit note without credits changes the value of a lot.
struct Effect {
    Act act;
    Amount credits;
    Amount amount; // a sale's net amount; a credit note's, which is <= 0 unless it has no credits
    Amount value;  // a sale's value

    friend constexpr bool operator==(const Effect&, const Effect&) = default;
};

constexpr bool is_nothing(const Effect& effect) { return effect.act == Act::none; }
constexpr bool is_sale(const Effect& effect) { return effect.act == Act::sale; }
constexpr bool is_credit_note(const Effect& effect) { return effect.act == Act::credit_note; }
constexpr bool is_consumption(const Effect& effect) { return effect.act == Act::consumption; }
constexpr bool is_return(const Effect& effect) { return effect.act == Act::return_line; }

enum class LotChange {
    none,
    open,    // a new lot for `sale`
    change,  // the recorded lot becomes `sale`
    close,   // the recorded lot becomes empty
    replace, // close the recorded one, open a new one for `sale`
};

/// Credits of a credit note and the amount booked with them. Without credits the amount is a change of value.
struct CreditNoteStep {
    Amount credits;
    Amount amount;

    friend constexpr bool operator==(const CreditNoteStep&, const CreditNoteStep&) = default;
};

inline constexpr CreditNoteStep no_step{};

/// The steps that lead from the recorded to the wanted effect. Over all lines of a save what gives is carried out before what
/// takes (rule 13).
struct Settlement {
    Amount give_back;                  // credits of the recorded consumption that return, last draw first
    LotChange lot;                     // allowed only while the recorded lot is untouched (rule 14)
    Effect sale;                       // meaning with open, change, replace
    Amount draw;                       // credits to draw, oldest lot first
    CreditNoteStep credit_note_undone; // of the recorded credit note, last draw first
    CreditNoteStep credit_note;        // credits to take out
    Amount credit_note_amount;         // by which the amount alone of a credit note changes
    Amount take_again;                 // credits of the recorded return, the last given first
    Amount to_return;                  // credits to give back, latest draw first

    friend constexpr bool changes_nothing(const Settlement& s)
    {
        return s.give_back == zero && s.lot == LotChange::none && s.draw == zero && s.credit_note_undone == no_step &&
               s.credit_note == no_step && s.credit_note_amount == zero && s.take_again == zero && s.to_return == zero;
    }
};

/// How the wanted target of a line (customer, type, article, date, sale referred to) relates to the recorded one.
enum class Target { same, other };

constexpr Settlement undo(const Effect& recorded)
{
    Settlement settlement{};
    if (is_consumption(recorded))
        settlement.give_back = -recorded.credits;
    if (is_sale(recorded))
        settlement.lot = LotChange::close;
    if (is_credit_note(recorded))
        settlement.credit_note_undone = {-recorded.credits, -recorded.amount};
    if (is_return(recorded))
        settlement.take_again = recorded.credits;
    return settlement;
}

constexpr Settlement book(Settlement settlement, const Effect& wanted)
{
    if (is_consumption(wanted))
        settlement.draw = -wanted.credits;
    if (is_sale(wanted)) {
        settlement.lot = settlement.lot == LotChange::close ? LotChange::replace : LotChange::open;
        settlement.sale = wanted;
    }
    if (is_credit_note(wanted))
        settlement.credit_note = {-wanted.credits, wanted.amount};
    if (is_return(wanted))
        settlement.to_return = wanted.credits;
    return settlement;
}

/// The difference of two credit notes with credits: the amount's goes with the credits', where these differ.
constexpr Settlement settle_credit_note(const Effect& recorded, const Effect& wanted)
{
    Settlement settlement{};
    const int64_t more = recorded.credits.units - wanted.credits.units;
    const Amount amount{wanted.amount.units - recorded.amount.units};
    if (more > 0)
        settlement.credit_note = {{more}, amount};
    else if (more < 0)
        settlement.credit_note_undone = {{-more}, amount};
    else
        settlement.credit_note_amount = amount;
    return settlement;
}

/// The difference of two acts of one kind, under one target.
constexpr Settlement settle_same_target(const Effect& recorded, const Effect& wanted)
{
    Settlement settlement{};
    const int64_t more = wanted.credits.units - recorded.credits.units;
    switch (wanted.act) {
    case Act::none:
        break;
    case Act::sale:
        settlement.lot = recorded == wanted ? LotChange::none : LotChange::change;
        settlement.sale = wanted;
        break;
    case Act::credit_note:
        return settle_credit_note(recorded, wanted);
    case Act::consumption:
        settlement.give_back = {std::max<int64_t>(more, 0)};
        settlement.draw = {std::max<int64_t>(-more, 0)};
        break;
    case Act::return_line:
        settlement.to_return = {std::max<int64_t>(more, 0)};
        settlement.take_again = {std::max<int64_t>(-more, 0)};
        break;
    }
    return settlement;
}

/// Changes the credit note the value of a lot, instead of taking credits out?
constexpr bool is_change_of_value(const Effect& effect) { return is_credit_note(effect) && effect.credits == zero; }

/// Compares and decides. A moved line, or one that turns into another act, is undone and booked anew; one that stays books the
/// difference alone (rules 14 and 15). A change of value has no difference: what it did depends on what the lot had then.
constexpr Settlement settle(const Effect& recorded, const Effect& wanted, Target target)
{
    const bool changes_value = is_change_of_value(recorded) || is_change_of_value(wanted);
    if (target == Target::other || recorded.act != wanted.act || (changes_value && recorded != wanted))
        return book(undo(recorded), wanted);
    return settle_same_target(recorded, wanted);
}

} // namespace credits::core
