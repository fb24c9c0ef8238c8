// Whose an account is: the rows of _account_key, by which the numbers in lots and entries are understood.
// One is written when its account is opened, under the lock of the customer's row, and stays.
#pragma once

#include <string_view>

#include "pg/postgres.hpp"

namespace credits
{

struct AccountKey {
    std::string_view customer;
    int32 type_id;
};

/// Of an account that lots or entries know. The text lives in the current memory context.
AccountKey read_account_key(int32 account_no);

/// Gives a number to an account that is opened.
int32 add_account_key(const AccountKey& key);

/// Has the transaction see the row, which somebody else has added since its snapshot was taken: views join it to what the
/// transaction itself books. Of a row that was not there, its own version is the only one that it sees.
void show_account_key(int32 account_no);

} // namespace credits
