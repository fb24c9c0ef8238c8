#!/usr/bin/env python3
"""closing_move.py [--listen]: hands the closings of credits over to Tryton.

Each closing becomes a posted move of the journal JOURNAL, dated the last day of its month; a closing that was reopened gets
Tryton's own cancellation of that move. Prints what it posts. With --listen it stays, and goes on at each NOTIFY credits_closing.

    TRYTON_URL                   https://host/database/
    TRYTON_USER TRYTON_PASSWORD  a user of Tryton's group Account whose company it is
    PG*                          the database, as a role that has credits_reader

A move is known by its description, which Tryton keeps once it is posted: run this again at any time, or twice at once. What
was interrupted, or refused (exit status 1, in Tryton's words), is done by the next run.
"""
import os
import select
import sys
from base64 import b64encode
from xmlrpc.client import Fault, ProtocolError, ServerProxy

import psycopg2
from proteus import Model, Wizard, config
from psycopg2.extras import NamedTupleCursor

JOURNAL = 'CRED'  # the code of a journal of type General that is used for nothing else

CLOSINGS = """
    SELECT closing_id, number, to_char(month, 'YYYY-MM') AS month, (month + interval '1 month' - interval '1 day')::date AS last_day,
        reopened_at IS NOT NULL AS reopened
    FROM credits.closing
    ORDER BY number"""

LINES = """
    SELECT ledger_account, currency, debit, credit
    FROM credits.closing_journal
    WHERE closing_id = %s
    ORDER BY ledger_account"""


def hand_over(connection):
    """Posts what Tryton does not have yet. Its transaction holds a lock: two runs do it one after the other."""
    with connection, connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock('credits.closing'::regclass::bigint)")
        log_in()
        cursor.execute(CLOSINGS)
        for closing in cursor.fetchall():
            cursor.execute(LINES, [closing.closing_id])
            move = move_of(closing) or draft(closing, cursor.fetchall())
            if move:
                post(move)
            if move and closing.reopened:
                post(cancellation(move))


def log_in():
    """As Tryton's client does: for a session, of which each call is quicker than one with the password."""
    url, name = os.environ['TRYTON_URL'], os.environ['TRYTON_USER']
    user, session = ServerProxy(url).common.db.login(name, {'password': os.environ['TRYTON_PASSWORD']})
    key = b64encode(f'{name}:{user}:{session}'.encode()).decode()
    config.set_xmlrpc(url, headers=[('Authorization', f'Session {key}')])


def description_of(closing):
    return f'Closing {closing.number} of credits, {closing.month}'


def move_of(closing):
    """The move that the closing has in Tryton, posted or left a draft; None."""
    return found('account.move', ('company', '=', company().id), ('journal.code', '=', JOURNAL),
                 ('description', '=', description_of(closing)), ('origin', '=', None))


def draft(closing, lines):
    """A new move, saved; None for a closing that moves nothing or is not in force. A side of an account is a line."""
    if not lines:
        return None
    currencies = {line.currency for line in lines} - {company().currency.code}
    if currencies:
        sys.exit(f'{description_of(closing)}: to be entered by hand, it has amounts in {", ".join(currencies)}')
    move = Model.get('account.move')(journal=needed('account.journal', ('code', '=', JOURNAL)), period=period_of(closing.last_day))
    move.date = closing.last_day
    move.description = description_of(closing)
    for line in lines:
        account = needed('account.account', ('company', '=', company().id), ('code', '=', line.ledger_account))
        if line.debit:
            move.lines.new(account=account).debit = line.debit
        if line.credit:
            move.lines.new(account=account).credit = line.credit
    move.save()
    return move


def cancellation(move):
    """The move that undoes this one, made by Tryton's wizard Cancel Moves unless it is there."""
    undoes = ('origin', '=', f'account.move,{move.id}')
    if not found('account.move', undoes):
        wizard = Wizard('account.move.cancel', [move])
        wizard.form.description = f'Reopened: {move.description}'
        wizard.execute('cancel')
    return needed('account.move', undoes)


def post(move):
    if move.state == 'draft':
        move.click('post')
        print(f'{move.description}: posted, number {move.post_number}', flush=True)


def company():
    return Model.get('company.company')(config.get_config().context['company'])


def period_of(day):
    return needed('account.period', ('company', '=', company().id), ('type', '=', 'standard'), ('state', '=', 'open'),
                  ('start_date', '<=', day), ('end_date', '>=', day))


def found(model, *clauses):
    """The first record that meets the clauses; None."""
    return next(iter(Model.get(model).find(list(clauses), limit=1)), None)


def needed(model, *clauses):
    record = found(model, *clauses)
    if not record:
        wanted = ', '.join(f'{field} {operator} {value}' for field, operator, value in clauses)
        sys.exit(f'Tryton has no {model} with {wanted}')
    return record


def listen(connection):
    """Hands over what is there, then each closing and reopening as it comes, until it is stopped."""
    with connection, connection.cursor() as cursor:
        cursor.execute('LISTEN credits_closing')
    while True:
        connection.notifies.clear()
        hand_over(connection)
        connection.poll()
        while not connection.notifies:
            select.select([connection], [], [])
            connection.poll()


def main(arguments):
    try:
        connection = psycopg2.connect('', cursor_factory=NamedTupleCursor)
        (listen if '--listen' in arguments else hand_over)(connection)
    except Fault as refusal:
        sys.exit(refusal.faultString)
    except ProtocolError as failure:
        sys.exit(f'Tryton answers {failure.errcode} {failure.errmsg}')


if __name__ == '__main__':
    main(sys.argv[1:])
