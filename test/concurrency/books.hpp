// What is written down, read by plain SELECTs when all is quiet: the ERP's documents, and the ledger's own tables.
#pragma once

#include <optional>
#include <pqxx/pqxx>
#include <set>
#include <string>
#include <vector>

#include "catalogue.hpp"
#include "decimal.hpp"

namespace concurrency
{

/// What stands for the table of lines that were archived: the entries of these are theirs no more.
inline constexpr const char* archive_of = "archive of ";

/// A line of a document of the ERP, with what its header says.
struct DocumentLine {
    std::string table; // shop.invoice_line
    std::string key;   // as the ledger writes it
    std::string customer;
    std::string state;
    std::string day;
    std::string article;
    std::optional<Units> quantity;
    Units price;
    Units amount;  // 0 where the source has none
    Units written; // the amount that the ERP last wrote
    bool has_amount;
    std::string made_of = "";   // the key of the line that it was made of
    std::string refund_of = ""; // the key of the line that it takes back
};

/// What the settings say of a customer now.
struct CustomerNow {
    std::string customer;
    std::string account_of; // empty: his own
    bool works_with_credits;
};

/// A line that take_in() has refused.
struct Refusal {
    std::string table;
    std::string key;
    std::string constraint;
};

/// A row of verify().
struct Complaint {
    std::string invariant;
    std::string customer;
    std::string type;
    std::string detail;
};

struct Account {
    std::string customer;
    std::string type;
    Units balance;
    Units value;
    int64_t last_lot_no;
    int64_t last_entry_no;
};

struct Lot {
    std::string customer;
    std::string type;
    int64_t lot_no;
    std::string sold_on;
    Units quantity;
    Units value;
    Units remaining;
    Units remaining_value;
    bool open;
    std::string table; // of the line that sold it, archived or not
    std::string key;
};

struct Entry {
    std::string customer;
    std::string type;
    int64_t entry_no;
    std::string kind;
    int64_t lot_no;
    int64_t reverses; // 0: none
    Units quantity;
    Units value;
    Units amount;
    Units balance_after;
    std::string booked_on;
    std::string table;
    std::string key;
    std::string day = ""; // the document's
};

struct Books {
    std::vector<DocumentLine> lines;
    std::vector<Account> accounts;
    std::vector<Lot> lots;
    std::vector<Entry> entries; // per account in order of entry_no
    std::vector<CustomerNow> customers;
    std::vector<Refusal> refusals;
    std::vector<Complaint> complaints;                           // what credits.verify() has to say
    std::set<std::string> referring_tables{"shop.invoice_line"}; // whose lines may refer to the sale that they take back
    std::set<std::tuple<std::string, std::string>> taken_over;   // tables, or archives of them, and keys that lines were given
};

Books read_books(pqxx::connection& owner);

/// Reads all but the documents.
void read_ledger(pqxx::work& owner, Books& books);

} // namespace concurrency
