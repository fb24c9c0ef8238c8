// The database of one run: made for it, dropped after it, on the server that the PG* variables name.
// Holds the shop of erp.sql and, when attached, the extension with the settings of the catalogue.
#pragma once

#include <pqxx/pqxx>
#include <string>
#include <string_view>
#include <vector>

#include "catalogue.hpp"

namespace concurrency
{

enum class Level { read_committed, repeatable_read, serializable };

inline constexpr std::array<std::string_view, 3> level_names{"READ COMMITTED", "REPEATABLE READ", "SERIALIZABLE"};

inline std::string_view name_of(Level level) { return level_names[static_cast<size_t>(level)]; }

enum class Ledger { absent, attached };

/// When saves are checked: all sources at the statement, all at commit, or invoices at the statement and the others at commit.
enum class Check { statement, commit, both };

class Database
{
public:
    /// Creates the database and a role for the clerks, who have no privilege on the ledger. Needs a superuser.
    Database(const std::vector<Customer>& customers, Ledger ledger, Check check = Check::statement);
    ~Database();
    Database(const Database&) = delete;
    Database& operator=(const Database&) = delete;

    /// Where to connect to; the rest comes from the PG* variables.
    const std::string& address() const { return address_; }

    /// The role that the clerks take on.
    const std::string& clerk() const { return clerk_; }

    /// The role that changes settings, and has no other privilege.
    const std::string& office() const { return office_; }

    /// Makes a fresh connection one of this role, at this level, with constraint names in error messages.
    void sign_in(pqxx::connection& connection, Level level, const std::string& role) const;

private:
    std::string name;
    std::string clerk_;
    std::string office_;
    std::string address_;
};

/// The SQLSTATE of an error of libpqxx; empty when the server said none.
std::string sqlstate_of(const std::exception& error);

/// The constraint that an error of the server names; empty when there is none.
std::string constraint_of(const std::exception& error);

} // namespace concurrency
