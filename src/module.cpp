// What makes this a PostgreSQL module.
#include "pg/postgres.hpp"

extern "C" {
PG_MODULE_MAGIC;
}
