// A desk: one connection that saves one line per transaction, again and again.
#include "desk.hpp"

#include <memory>
#include <utility>

namespace bench
{
namespace
{

constexpr int lines_per_turn = 100;

struct Desk {
    Desk(const std::string& erp, std::vector<Line> to_save) : lines(std::move(to_save))
    {
        connection.prepare("save", "INSERT INTO " + erp +
                                       ".invoice_line (invoice_id, article, quantity, unit_price, amount)"
                                       " VALUES ($1, $2, 2, 0, 0)");
    }

    void save_turn()
    {
        pqxx::nontransaction session(connection);
        for (int i = 0; i < lines_per_turn; ++i, next = (next + 1) % lines.size())
            session.exec_prepared("save", lines[next].invoice, lines[next].article);
    }

    pqxx::connection connection;
    std::vector<Line> lines;
    size_t next = 0;
};

} // namespace

Run<Took> single_lines(const std::string& erp, std::vector<Line> lines)
{
    auto desk = std::make_shared<Desk>(erp, std::move(lines));
    desk->save_turn(); // fills its caches
    return [desk] {
        const Took turn = measure(desk->connection, [&] { desk->save_turn(); });
        return Took{turn.time / lines_per_turn, turn.cpu / lines_per_turn, turn.faults / lines_per_turn};
    };
}

} // namespace bench
