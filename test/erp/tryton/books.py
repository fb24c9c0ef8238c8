"""What the ledger holds, asked by the database's own superuser, beside Tryton. The connection is the one that PG* say."""
import atexit

import psycopg2

_connection = psycopg2.connect('')
_connection.autocommit = True
atexit.register(_connection.close)


def sql(query, *values):
    """Runs one statement; gives its rows, as scalars where it has one column."""
    with _connection.cursor() as cursor:
        cursor.execute(query, values)
        rows = cursor.fetchall() if cursor.description else []
    return [row[0] if len(row) == 1 else row for row in rows]


def open_credits(party):
    return sql("SELECT credits.balance(%s, 'SUPPORT')", str(party.id))[0]


def booked(party):
    """The party's entries in their order: kind, credits, value."""
    return sql("""SELECT kind, quantity, value
                  FROM credits.entry
                  WHERE customer = %s
                  ORDER BY type_id, entry_no""", str(party.id))


def verified():
    """What verify() finds; nothing when every invariant holds."""
    return sql('SELECT invariant, customer, detail FROM credits.verify()')
