// A database for each case: a copy of one that has the extension and the shop's settings. On the server that the PG* variables
// name, which needs a superuser.
#pragma once

#include <pqxx/pqxx>
#include <string>
#include <vector>

namespace fuzz
{

/// What every case begins with, as it stands in a script, too.
const std::vector<std::string>& prelude();

/// The role of the clerks, who may do nothing with the ledger.
inline constexpr const char* clerk = "credits_fuzz_clerk";

class Model
{
public:
    Model();
    ~Model();
    Model(const Model&) = delete;
    Model& operator=(const Model&) = delete;

    std::string name;
};

class Copy
{
public:
    explicit Copy(const Model& model);
    ~Copy();
    Copy(const Copy&) = delete;
    Copy& operator=(const Copy&) = delete;

    std::string address() const { return "dbname=" + name; }

    std::string name;
};

/// A database made by pg_dump and psql from another one. Throws when either fails.
class Restored
{
public:
    explicit Restored(const Copy& copy);
    ~Restored();
    Restored(const Restored&) = delete;
    Restored& operator=(const Restored&) = delete;

    std::string address() const { return "dbname=" + name; }

private:
    std::string name;
};

/// Sends one statement as it is, within whatever transaction is open.
pqxx::result say(pqxx::connection& connection, const std::string& sql);

} // namespace fuzz
