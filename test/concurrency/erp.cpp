// The statements of the ERP, as text; the tables are those of erp.sql.
#include "erp.hpp"

namespace concurrency
{

static std::string header_table(const Source& source) { return "shop." + std::string{source.kind}; }

static std::string line_table(const Source& source) { return "shop." + std::string{source.lines}; }

static std::string text_of(std::string_view text) { return std::string{text}; }

static const char* null_when_empty(const std::string& text) { return text.empty() ? nullptr : text.c_str(); }

Document open_document(pqxx::transaction_base& erp, const Source& source, const std::string& customer, int days,
                       std::string_view state)
{
    const pqxx::result saved =
        erp.exec_params("INSERT INTO " + header_table(source) +
                            " (customer, day, state) VALUES ($1, current_date + $2::integer, $3) RETURNING id",
                        null_when_empty(customer), days, text_of(state));
    return {&source, saved[0][0].as<std::string>()};
}

static std::string row_of(pqxx::transaction_base& erp, const Document& document, const NewLine& line)
{
    const Source& source = *document.source;
    std::string row = "(" + erp.quote(document.id) + ", ";
    row += line.article ? erp.quote(text_of(line.article->code)) : "NULL";
    row += ", " + (line.article ? line.quantity : "NULL") + ", " + to_text(line.price);
    if (source.has_amounts)
        row += ", " + to_text(line.amount) + ", " + to_text(line.amount);
    if (source.tills > 0)
        row += ", " + std::to_string(line.till);
    if (!source.origins.empty())
        row += ", " + (line.made_of.empty() ? "NULL" : line.made_of) + ", " + (line.refund_of.empty() ? "NULL" : line.refund_of);
    return row + ")";
}

/// The first till writes into its own partition.
static std::string table_for(const Source& source, const std::vector<NewLine>& lines)
{
    const bool is_first = source.tills > 0 && std::ranges::all_of(lines, [](const NewLine& line) { return line.till == 1; });
    return line_table(source) + (is_first ? "_1" : "");
}

// INSERT INTO shop.invoice_line (document, article, quantity, price, amount, written, made_of, refund_of) VALUES ('7', 'QUARTER',
// 2, 25.00, 50.00, 50.00, NULL, NULL), (…)
void add_lines(pqxx::transaction_base& erp, const Document& document, const std::vector<NewLine>& lines)
{
    const Source& source = *document.source;
    std::string rows;
    for (const NewLine& line : lines)
        rows += (rows.empty() ? "" : ", ") + row_of(erp, document, line);
    erp.exec_params("INSERT INTO " + table_for(source, lines) + " (document, article, quantity, price" +
                    (source.has_amounts ? ", amount, written" : "") + (source.tills > 0 ? ", till" : "") +
                    (source.origins.empty() ? "" : ", made_of, refund_of") + ") VALUES " + rows);
}

std::optional<Header> read_header(pqxx::transaction_base& erp, const Document& document)
{
    const pqxx::result found = erp.exec_params(
        "SELECT coalesce(customer, ''), state FROM " + header_table(*document.source) + " WHERE id = $1", document.id);
    if (found.empty())
        return std::nullopt;
    return Header{found[0][0].as<std::string>(), found[0][1].as<std::string>()};
}

std::vector<std::string> line_numbers(pqxx::transaction_base& erp, const Document& document)
{
    const pqxx::result found = erp.exec_params(
        "SELECT line_no FROM " + line_table(*document.source) + " WHERE document = $1 ORDER BY line_no", document.id);
    std::vector<std::string> numbers;
    for (const auto& row : found)
        numbers.push_back(row[0].as<std::string>());
    return numbers;
}

// UPDATE shop.invoice_line SET <change> WHERE document = $1 AND line_no = $2
template <typename... Values>
static void update_line(pqxx::transaction_base& erp, const Document& document, const std::string& line_no,
                        const std::string& change, const Values&... values)
{
    erp.exec_params("UPDATE " + line_table(*document.source) + " SET " + change + " WHERE document = $1 AND line_no = $2",
                    document.id, line_no, values...);
}

// UPDATE shop.invoice SET <change> WHERE id = $1
template <typename... Values>
static void update_header(pqxx::transaction_base& erp, const Document& document, const std::string& change,
                          const Values&... values)
{
    erp.exec_params("UPDATE " + header_table(*document.source) + " SET " + change + " WHERE id = $1", document.id, values...);
}

void rewrite_line(pqxx::transaction_base& erp, const Document& document, const std::string& line_no, const NewLine& line)
{
    const std::string change = "article = $3, quantity = $4, price = $5";
    const std::string article = line.article ? text_of(line.article->code) : "";
    const char* quantity = line.article ? line.quantity.c_str() : nullptr;
    if (document.source->has_amounts)
        update_line(erp, document, line_no, change + ", amount = $6, written = $6", null_when_empty(article), quantity,
                    to_text(line.price), to_text(line.amount));
    else
        update_line(erp, document, line_no, change, null_when_empty(article), quantity, to_text(line.price));
}

void change_quantity(pqxx::transaction_base& erp, const Document& document, const std::string& line_no,
                     const std::string& quantity)
{
    update_line(erp, document, line_no, "quantity = $3", quantity);
}

void change_amount(pqxx::transaction_base& erp, const Document& document, const std::string& line_no, Units amount)
{
    update_line(erp, document, line_no, "amount = $3, written = $3", to_text(amount));
}

void touch(pqxx::transaction_base& erp, const Document& document)
{
    erp.exec_params("UPDATE " + line_table(*document.source) + " SET memo = 'seen' WHERE document = $1", document.id);
    update_header(erp, document, "memo = 'seen'");
}

void move_line(pqxx::transaction_base& erp, const Document& from, const std::string& line_no, const Document& to)
{
    update_line(erp, from, line_no, "document = $3", to.id);
}

std::vector<NewLine> lines_to_invoice(pqxx::transaction_base& erp, const Document& report)
{
    std::vector<NewLine> lines;
    for (const auto& row : erp.exec_params("SELECT line_no, article, quantity FROM " + line_table(*report.source) +
                                               " WHERE document = $1 AND article IS NOT NULL ORDER BY line_no",
                                           report.id)) {
        const Article* const article = article_of(row[1].as<std::string>());
        if (!article->sells())
            lines.push_back({.article = article,
                             .quantity = row[2].as<std::string>(),
                             .price = article->price * one,
                             .amount = article->price * one,
                             .made_of = row[0].as<std::string>()});
    }
    return lines;
}

std::vector<NewLine> read_lines(pqxx::transaction_base& erp, const Document& document)
{
    const Source& source = *document.source;
    std::vector<NewLine> lines;
    for (const auto& row : erp.exec_params(
             "SELECT coalesce(article, ''), quantity, price, " + std::string{source.has_amounts ? "amount, " : "0, "} +
                 (source.tills > 0 ? "till" : "0") + " FROM " + line_table(source) + " WHERE document = $1 ORDER BY line_no",
             document.id))
        lines.push_back({.article = article_of(row[0].as<std::string>()),
                         .quantity = row[1].is_null() ? "NULL" : row[1].as<std::string>(),
                         .price = to_units(row[2].c_str()),
                         .amount = to_units(row[3].c_str()),
                         .till = row[4].as<int>()});
    return lines;
}

void delete_lines(pqxx::transaction_base& erp, const Document& document)
{
    erp.exec_params("DELETE FROM " + line_table(*document.source) + " WHERE document = $1", document.id);
}

std::vector<NewLine> lines_to_refund(pqxx::transaction_base& erp, const Document& invoice)
{
    std::vector<NewLine> lines;
    for (const auto& row : erp.exec_params("SELECT line_no, article, round(quantity / 2, 1), round(amount / 3, 2) FROM " +
                                               line_table(*invoice.source) +
                                               " WHERE document = $1 AND article IS NOT NULL AND quantity > 0.1 ORDER BY line_no",
                                           invoice.id)) {
        const Article* const article = article_of(row[1].as<std::string>());
        if (article->sells())
            lines.push_back({.article = article,
                             .quantity = "-" + row[2].as<std::string>(),
                             .price = article->price * one,
                             .amount = -to_units(row[3].c_str()),
                             .refund_of = row[0].as<std::string>()});
    }
    return lines;
}

// Of an invoice: SELECT 1 FROM shop.invoice_line AS line WHERE document = $1 AND (made_of IS NOT NULL OR refund_of IS NOT NULL OR
// EXISTS (SELECT FROM shop.invoice_line AS refund WHERE refund.refund_of = line.line_no)) LIMIT 1
bool is_chained(pqxx::transaction_base& erp, const Document& document)
{
    const std::string condition =
        document.source->origins.empty()
            ? "EXISTS (SELECT FROM shop.invoice_line AS made WHERE made.made_of = line.line_no)"
            : "(made_of IS NOT NULL OR refund_of IS NOT NULL"
              " OR EXISTS (SELECT FROM shop.invoice_line AS refund WHERE refund.refund_of = line.line_no))";
    return !erp.exec_params("SELECT 1 FROM " + line_table(*document.source) + " AS line WHERE document = $1 AND " + condition +
                                " LIMIT 1",
                            document.id)
                .empty();
}

void change_till(pqxx::transaction_base& erp, const Document& document, const std::string& line_no)
{
    update_line(erp, document, line_no, "till = 1 + till % " + std::to_string(document.source->tills));
}

void forget_origin(pqxx::transaction_base& erp, const Document& document, const std::string& line_no)
{
    update_line(erp, document, line_no, "made_of = NULL");
}

/// Of tills, in the partition of each.
void delete_line(pqxx::transaction_base& erp, const Document& document, const std::string& line_no)
{
    for (int till = document.source->tills == 0 ? 0 : 1; till <= document.source->tills; ++till)
        erp.exec_params("DELETE FROM " + line_table(*document.source) + (till == 0 ? "" : "_" + std::to_string(till)) +
                            " WHERE document = $1 AND line_no = $2",
                        document.id, line_no);
}

void delete_document(pqxx::transaction_base& erp, const Document& document)
{
    erp.exec_params("DELETE FROM " + header_table(*document.source) + " WHERE id = $1", document.id);
}

void change_state(pqxx::transaction_base& erp, const Document& document, std::string_view state)
{
    update_header(erp, document, "state = $2", text_of(state));
}

void flip_state(pqxx::transaction_base& erp, const Document& document)
{
    update_header(erp, document, "state = CASE state WHEN 'posted' THEN 'cancelled' ELSE 'posted' END");
}

void change_day(pqxx::transaction_base& erp, const Document& document, int days)
{
    update_header(erp, document, "day = current_date + $2::integer", days);
}

void change_customer(pqxx::transaction_base& erp, const Document& document, const std::string& customer)
{
    update_header(erp, document, "customer = $2", null_when_empty(customer));
}

void write_total(pqxx::transaction_base& erp, const Document& document)
{
    const std::string price = document.source->has_amounts ? "amount" : "price";
    update_header(erp, document,
                  "total = (SELECT sum(" + price + ") FROM " + line_table(*document.source) + " WHERE document = $1)");
}

} // namespace concurrency
