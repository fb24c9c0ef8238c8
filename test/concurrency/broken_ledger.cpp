// The oracle's own test: it accepts a sound ledger, written by hand, and finds each way to break it.
#include "scenarios.hpp"

#include "oracle.hpp"

namespace concurrency
{

namespace
{

const std::string invoice_line = "shop.invoice_line";
const std::string report_line = "shop.service_report_line";

Entry entry(int64_t entry_no, const std::string& kind, int64_t lot_no, int64_t reverses, const char* quantity, const char* value,
            const char* balance_after, const std::string& day, const std::string& table, const std::string& key)
{
    const Units amount = kind == "sale" ? to_units(value) : 0;
    return {"C1001",
            "SUPPORT",
            entry_no,
            kind,
            lot_no,
            reverses,
            to_units(quantity),
            to_units(value),
            amount,
            to_units(balance_after),
            day,
            table,
            key};
}

/// Three credits for 100.00 and 2.5 for 230.00; of the first, one is consumed, and two of which one comes back. A1000, who uses
/// the credits of C1001 by now, has a line that nobody took in: it needs more than there is.
Books sound_books()
{
    Books books;
    books.lines = {
        {invoice_line, "1", "C1001", "posted", "2026-01-05", "SUPPORT-1", 3 * one, 100 * one, 100 * one, 100 * one, true},
        {report_line, "1", "C1001", "posted", "2026-01-06", "QUARTER", 4 * one, 0, 0, 0, false},
        {report_line, "2", "C1001", "posted", "2026-01-07", "QUARTER", 4 * one, 0, 0, 0, false},
        {invoice_line, "2", "C1001", "posted", "2026-01-08", "SUPPORT-2.5", one, 230 * one, 230 * one, 230 * one, true},
        {report_line, "3", "B1000", "posted", "2026-01-08", "QUARTER", 4 * one, 25 * one, 0, 0, false},
        {report_line, "4", "C1001", "draft", "2026-01-08", "QUARTER", 4 * one, 0, 0, 0, false},
        {report_line, "5", "A1000", "posted", "2026-01-08", "QUARTER", 16 * one, 25 * one, 0, 0, false},
    };
    books.customers = {{"C1001", "", true}, {"C1002", "", true}, {"B1000", "", false}, {"A1000", "C1001", true}};
    books.complaints = {{"unbooked_line", "C1001", "SUPPORT", ""}};
    books.refusals = {{report_line, "5", "credits_balance_not_negative"}};
    books.entries = {
        entry(1, "sale", 1, 0, "3", "100", "3", "2026-01-05", invoice_line, "1"),
        entry(2, "consumption", 1, 0, "-1", "-33.33", "2", "2026-01-06", report_line, "1"),
        entry(3, "consumption", 1, 0, "-2", "-66.67", "0", "2026-01-07", report_line, "2"),
        entry(4, "consumption_change", 1, 3, "1", "33.34", "1", "2026-01-07", report_line, "2"),
        entry(5, "sale", 2, 0, "2.5", "230", "3.5", "2026-01-08", invoice_line, "2"),
    };
    books.lots = {
        {"C1001", "SUPPORT", 1, "2026-01-05", 3 * one, 100 * one, one, to_units("33.34"), true, invoice_line, "1"},
        {"C1001", "SUPPORT", 2, "2026-01-08", to_units("2.5"), 230 * one, to_units("2.5"), 230 * one, true, invoice_line, "2"},
    };
    books.accounts = {{"C1001", "SUPPORT", to_units("3.5"), to_units("263.34"), 2, 5}};
    return books;
}

/// A line drew a credit and was deleted, after another had drawn two; then the other was given its key.
Books books_with_key_taken_over()
{
    Books books = sound_books();
    books.entries[3] = entry(4, "consumption_change", 1, 2, "1", "33.33", "1", "2026-01-07", report_line, "2");
    books.entries[1].key = "2";
    books.lines.erase(books.lines.begin() + 1);
    books.lines[1].quantity = 8 * one;
    books.lots[0].remaining_value = to_units("33.33");
    books.accounts[0].value = to_units("263.33");
    books.taken_over.insert({report_line, "2"});
    return books;
}

/// The next entry of C1002.
void book(Books& books, const std::string& kind, int64_t reverses, const char* quantity, const char* value, const char* balance,
          const std::string& table, const std::string& key)
{
    Entry booked =
        entry(++books.accounts.back().last_entry_no, kind, 1, reverses, quantity, value, balance, "2026-01-09", table, key);
    booked.customer = "C1002";
    books.entries.push_back(booked);
}

/// And of C1002: four credits for 400.00, of which two are consumed, one comes back, and one is credited for 90.00.
Books books_with_refunds()
{
    Books books = sound_books();
    books.lines.push_back(
        {invoice_line, "10", "C1002", "posted", "2026-01-09", "SUPPORT-1", 4 * one, 100 * one, 400 * one, 400 * one, true});
    books.lines.push_back({report_line, "10", "C1002", "posted", "2026-01-09", "QUARTER", 8 * one, 0, 0, 0, false});
    books.lines.push_back({report_line, "11", "C1002", "posted", "2026-01-09", "QUARTER", -4 * one, 0, 0, 0, false});
    books.lines.push_back(
        {invoice_line, "11", "C1002", "posted", "2026-01-09", "SUPPORT-1", -one, 100 * one, -90 * one, -90 * one, true});
    books.lines.back().refund_of = "10";
    books.accounts.push_back({"C1002", "SUPPORT", 2 * one, 200 * one, 1, 0});
    book(books, "sale", 0, "4", "400", "4", invoice_line, "10");
    book(books, "consumption", 0, "-2", "-200", "2", report_line, "10");
    book(books, "return", 2, "1", "100", "3", report_line, "11");
    book(books, "credit_note", 0, "-1", "-100", "2", invoice_line, "11");
    books.entries.back().amount = -90 * one;
    books.lots.push_back({"C1002", "SUPPORT", 1, "2026-01-09", 4 * one, 400 * one, 2 * one, 200 * one, true, invoice_line, "10"});
    return books;
}

struct Breakage {
    const char* what;
    Property found_as;
    void (*breaks)(Books&);
    Moment moment = Moment::closing_time;
};

const Breakage breakages[] = {
    {"a balance too high", Property::balances, [](Books& b) { b.accounts[0].balance += 1; }},
    {"an account that is gone", Property::balances, [](Books& b) { b.accounts.clear(); }},
    {"a lost update of a quantity", Property::lines, [](Books& b) { b.lines[1].quantity = 5 * one; }},
    {"a line that was not booked", Property::lines, [](Books& b) { b.lines[5].state = "posted"; }},
    {"a cancelled document still booked", Property::lines, [](Books& b) { b.lines[2].state = "cancelled"; }},
    {"a deleted line still booked", Property::lines, [](Books& b) { b.lines.erase(b.lines.begin() + 1); }},
    {"a line booked for the wrong customer", Property::lines, [](Books& b) { b.lines[2].customer = "C1002"; }},
    {"a movement booked under another line", Property::lines, [](Books& b) { b.entries[3].key = "3"; }},
    {"a sale whose amount changed unnoticed", Property::sales,
     [](Books& b) { b.lines[0].amount = b.lines[0].written = 99 * one; }},
    {"a sale of another value", Property::sales, [](Books& b) { b.entries[4].value -= cent; }},
    {"a cent lost", Property::conservation, [](Books& b) { b.lots[0].remaining_value -= cent; }},
    {"a cent lost in the account", Property::conservation, [](Books& b) { b.accounts[0].value -= cent; }},
    {"a consumption at too little", Property::conservation, [](Books& b) { b.entries[1].value += cent; }},
    {"a lot fuller than it was sold", Property::lots, [](Books& b) { b.lots[1].remaining += 1; }},
    {"a lot below zero", Property::lots, [](Books& b) { b.lots[0].remaining = -1; }},
    {"a closed lot with credits", Property::lots, [](Books& b) { b.lots[1].open = false; }},
    {"a lot of another size than sold", Property::lots, [](Books& b) { b.lots[1].quantity += one; }},
    {"a gap between entries", Property::numbers, [](Books& b) { b.entries[4].entry_no = b.accounts[0].last_entry_no = 6; }},
    {"a broken chain", Property::numbers, [](Books& b) { b.entries[1].balance_after -= 1; }},
    {"a gap between lots", Property::numbers,
     [](Books& b) { b.lots[1].lot_no = b.entries[4].lot_no = b.accounts[0].last_lot_no = 3; }},
    {"an entry that is gone", Property::numbers, [](Books& b) { b.entries.pop_back(); }},
    {"a draw at another share", Property::draws, [](Books& b) { b.entries[1].value -= cent; }},
    {"a younger lot drawn first", Property::draws,
     [](Books& b) {
         b.lots[0].sold_on = "2026-01-09", b.entries[4].entry_no = 0,
         std::rotate(b.entries.begin(), b.entries.begin() + 4, b.entries.begin() + 5);
     }},
    {"a return to a draw that was not the last", Property::draws, [](Books& b) { b.entries[3].reverses = 2; }},
    {"a return to a draw that was not the last, of a line that kept its key", Property::draws,
     [](Books& b) {
         b = books_with_key_taken_over(), b.taken_over = {{report_line, "1"}};
     }},
    {"a return of another value", Property::draws, [](Books& b) { b.entries[3].value -= cent; }},
    {"a lot drawn below zero", Property::draws, [](Books& b) { b.entries[2].quantity -= 1; }},
    {"a consumption booked before its sale", Property::days, [](Books& b) { b.entries[1].booked_on = "2026-01-04"; }},
    {"a consumption that kept its price", Property::prices, [](Books& b) { b.lines[1].price = 25 * one; }},
    {"a draft's consumption that kept its price", Property::prices, [](Books& b) { b.lines[5].price = 25 * one; }},
    {"a sale that lost its price", Property::prices, [](Books& b) { b.lines[3].price = 0; }},
    {"a sale that lost its amount", Property::prices, [](Books& b) { b.lines[3].amount = 0; }},
    {"a credit note at another amount", Property::sales, [](Books& b) { b.entries.back().amount += cent; }},
    {"a credit note for another sale", Property::sales, [](Books& b) { b.lines.back().refund_of = "2"; }},
    {"a credit note at too little value", Property::draws, [](Books& b) { b.entries.back().value += cent; }},
    {"a lot with what was credited", Property::lots, [](Books& b) { b.lots.back().remaining = 4 * one; }},
    {"a return of another value than its draw", Property::draws, [](Books& b) { b.entries[7].value -= cent; }},
    {"a return that undoes no draw", Property::draws, [](Books& b) { b.entries[7].reverses = 1; }},
    {"a return of more than was consumed", Property::draws, [](Books& b) { b.entries[7].quantity = 3 * one; }},
    {"a draw given back under its return", Property::draws,
     [](Books& b) {
         book(b, "consumption_change", 2, "1.5", "150", "3.5", report_line, "10");
         book(b, "sale", 0, "1", "1", "4.5", invoice_line, "12");
     }},
    {"a return covered by a consumption", Property::lines,
     [](Books& b) { b.lines[9].made_of = "10", b.entries.erase(b.entries.begin() + 7); }},
    {"a line booked beside that which it was made of", Property::lines, [](Books& b) { b.lines[1].made_of = "3"; }},
    {"a line covered by what does not count", Property::lines,
     [](Books& b) { b.lines[5].state = "posted", b.lines[5].made_of = "3", b.lines[4].state = "draft"; }},
    {"a steady customer's line that waits", Property::lines, [](Books& b) { b.lines[6].customer = "C1001"; }},
    {"a part of a fickle customer's line booked", Property::lines,
     [](Books& b) { b.lines[1].customer = "A1000", b.lines[1].quantity = 5 * one; }},
    {"a fickle customer's line booked on two accounts", Property::lines,
     [](Books& b) { b.lines[1].customer = "A1000", b.entries.push_back(b.entries[1]), b.entries.back().customer = "A1000"; }},
    {"a flag's line that was not taken in", Property::lines, [](Books& b) { b.refusals.clear(); }, Moment::taken_in},
    {"a refusal of what there is enough for", Property::refusals, [](Books& b) { b.lines[6].quantity = 4 * one; },
     Moment::taken_in},
    {"a refusal of what is settled", Property::refusals,
     [](Books& b) {
         b.refusals.push_back({invoice_line, "1", "credits_lot_not_consumed"});
     },
     Moment::taken_in},
    {"a refusal to move a sale that nobody used", Property::refusals,
     [](Books& b) {
         b.lines[3].customer = "A1000", b.customers[3].account_of = "";
         b.refusals.push_back({invoice_line, "2", "credits_lot_not_consumed"});
     },
     Moment::taken_in},
    {"a waiting line that verify() does not name", Property::verified, [](Books& b) { b.complaints.clear(); }},
    {"a settled line that verify() names", Property::verified,
     [](Books& b) {
         b.complaints.push_back({"line_booked", "C1001", "SUPPORT", ""});
     }},
    {"a word of verify()", Property::verified,
     [](Books& b) {
         b.complaints.push_back({"balance", "C1001", "SUPPORT", ""});
     }},
};

} // namespace

void test_oracle(Tally& tally)
{
    const std::vector<Customer> known = customers(3);
    std::vector<std::string> wrong;
    for (const Moment moment : {Moment::closing_time, Moment::taken_in})
        for (const Books& books : {books_with_refunds(), books_with_key_taken_over()})
            for (const Finding& finding : judge(books, known, moment))
                wrong.push_back(finding.what);
    tally.check("the oracle", "accepts a sound ledger", wrong);

    for (const Breakage& breakage : breakages) {
        Books books = books_with_refunds();
        breakage.breaks(books);
        const bool found = std::ranges::any_of(judge(books, known, breakage.moment),
                                               [&](const Finding& f) { return f.property == breakage.found_as; });
        tally.check("the oracle", std::string{"finds "} + breakage.what,
                    found ? std::vector<std::string>{} : std::vector<std::string>{"it did not"});
    }
}

} // namespace concurrency
