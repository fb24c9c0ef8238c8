"""Four users at once, for one party. One of them at most posts invoices: Tryton numbers them without gaps, by a row that whoever
posts locks or fails to, with credits and without."""
from decimal import Decimal
from threading import Thread

import erp
from books import booked, open_credits, sql
from erp import HOUR, QUARTER, confirmed, customer, invoice, posted, sale
from proteus import Model

DESKS = 4
DOCUMENTS = 3


def _at_the_desks(party, *works):
    """Runs each work(the party) several times as a user who has a session, and so a database connection, of his own; gives what
    they were told instead."""
    told = []

    def sit_down(work):
        erp.log_in()
        for _ in range(DOCUMENTS):
            try:
                work(Model.get('party.party')(party.id))
            except Exception as failure:
                told.append(str(failure))

    desks = [Thread(target=sit_down, args=[work]) for work in works]
    for desk in desks:
        desk.start()
    for desk in desks:
        desk.join()
    return told


def _sell_by_invoice(party):
    posted(invoice(party, (HOUR, 1)))


def _use_by_sale(party):
    confirmed(sale(party, (QUARTER, 1), (QUARTER, 2)))


def every_desk_confirms_its_sales():
    party = customer(credits=100)
    assert _at_the_desks(party, *[_use_by_sale] * DESKS) == []
    assert open_credits(party) == 100 - Decimal('0.75') * DESKS * DOCUMENTS
    assert len(booked(party)) == 1 + 2 * DESKS * DOCUMENTS


def one_desk_sells_what_the_others_use():
    party = customer(credits=10)
    assert _at_the_desks(party, _sell_by_invoice, *[_use_by_sale] * (DESKS - 1)) == []
    assert open_credits(party) == 10 + DOCUMENTS - Decimal('0.75') * (DESKS - 1) * DOCUMENTS


def the_last_credits_are_taken_once():
    party = customer(credits=3)
    told = _at_the_desks(party, *[_use_by_sale] * DESKS)
    assert len(told) == DESKS * DOCUMENTS - 4
    assert all('not enough credits' in refusal for refusal in told), told
    assert open_credits(party) == 0
    assert sql("SELECT count(*) FROM sale_sale WHERE party = %s AND state = 'processing'", party.id) == [4]
