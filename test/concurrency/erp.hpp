// What the ERP sends to the server: each function is one statement on a document, in the caller's transaction.
#pragma once

#include <optional>
#include <pqxx/pqxx>
#include <string>
#include <vector>

#include "catalogue.hpp"
#include "decimal.hpp"

namespace concurrency
{

struct Document {
    const Source* source;
    std::string id;

    friend bool operator==(const Document&, const Document&) = default;
};

/// A line as a clerk enters it.
struct NewLine {
    const Article* article; // null: a stub, to be filled in later
    std::string quantity;
    Units price;
    Units amount;
    int till = 1;               // of a cash sale
    std::string made_of = "";   // of an invoice: the number of a service report's line
    std::string refund_of = ""; // of an invoice: the number of an invoice's line that it takes back
};

struct Header {
    std::string customer; // empty: none yet
    std::string state;
};

/// Writes a header for today plus `days`; an empty customer is none. Returns the document.
Document open_document(pqxx::transaction_base& erp, const Source& source, const std::string& customer, int days,
                       std::string_view state);

/// Adds lines, in one statement.
void add_lines(pqxx::transaction_base& erp, const Document& document, const std::vector<NewLine>& lines);

/// Nothing when the document is gone.
std::optional<Header> read_header(pqxx::transaction_base& erp, const Document& document);

/// The numbers of a document's lines, oldest first.
std::vector<std::string> line_numbers(pqxx::transaction_base& erp, const Document& document);

/// The lines of a document, to be written once more.
std::vector<NewLine> read_lines(pqxx::transaction_base& erp, const Document& document);

void delete_lines(pqxx::transaction_base& erp, const Document& document);

/// Saves the whole line anew, as a form does.
void rewrite_line(pqxx::transaction_base& erp, const Document& document, const std::string& line_no, const NewLine& line);

/// Changes nothing but the quantity; the amount stays.
void change_quantity(pqxx::transaction_base& erp, const Document& document, const std::string& line_no,
                     const std::string& quantity);

/// Changes what the line was invoiced for. Only for a source with amounts.
void change_amount(pqxx::transaction_base& erp, const Document& document, const std::string& line_no, Units amount);

/// Changes a column that credits do not depend on, in all lines and in the header.
void touch(pqxx::transaction_base& erp, const Document& document);

/// Moves a line to another document of the same source.
void move_line(pqxx::transaction_base& erp, const Document& from, const std::string& line_no, const Document& to);

/// Hands a line of a cash sale to the next till: its row moves to another partition, and its key changes.
void change_till(pqxx::transaction_base& erp, const Document& document, const std::string& line_no);

/// From now on the line was made of nothing.
void forget_origin(pqxx::transaction_base& erp, const Document& document, const std::string& line_no);

/// The lines that an invoice for this document would have, each made of one of it.
std::vector<NewLine> lines_to_invoice(pqxx::transaction_base& erp, const Document& report);

/// A credit note for a part of each sale of this invoice.
std::vector<NewLine> lines_to_refund(pqxx::transaction_base& erp, const Document& invoice);

/// Is one of its lines made of another or a refund of it, or another of it?
bool is_chained(pqxx::transaction_base& erp, const Document& document);

void delete_line(pqxx::transaction_base& erp, const Document& document, const std::string& line_no);
void delete_document(pqxx::transaction_base& erp, const Document& document);
void change_state(pqxx::transaction_base& erp, const Document& document, std::string_view state);
/// Posts what was not, cancels what was posted.
void flip_state(pqxx::transaction_base& erp, const Document& document);

void change_day(pqxx::transaction_base& erp, const Document& document, int days);

/// An empty customer is none.
void change_customer(pqxx::transaction_base& erp, const Document& document, const std::string& customer);

/// Writes the header's total, as an ERP does after each line.
void write_total(pqxx::transaction_base& erp, const Document& document);

} // namespace concurrency
