"""Four users at once, for one party. Invoices are left to one user: Tryton numbers them without gaps, by a row that whoever posts
locks or fails to, with credits and without."""
from decimal import Decimal
from threading import Thread

import erp
from books import booked, open_credits
from erp import QUARTER, confirmed, customer, invoice, sale
from proteus import Model

DESKS = 4
DOCUMENTS = 3


def _at_every_desk(work, party):
    """Runs work(the party) as several users at once; each has a session, and so a database connection, of his own."""
    failures = []

    def sit_down():
        try:
            erp.log_in()
            for _ in range(DOCUMENTS):
                work(Model.get('party.party')(party.id))
        except Exception as failure:
            failures.append(failure)

    desks = [Thread(target=sit_down) for _ in range(DESKS)]
    for desk in desks:
        desk.start()
    for desk in desks:
        desk.join()
    assert not failures, failures


def every_desk_confirms_its_sales():
    party = customer(credits=100)

    def sell(party):
        order = sale(party, (QUARTER, 1), (QUARTER, 2))
        order.click('quote')
        confirmed(order)

    _at_every_desk(sell, party)
    assert open_credits(party) == 100 - Decimal('0.75') * DESKS * DOCUMENTS
    assert len(booked(party)) == 1 + 2 * DESKS * DOCUMENTS


def every_desk_saves_drafts():
    party = customer(credits=1)
    _at_every_desk(lambda party: invoice(party, (QUARTER, 1)), party)
    assert open_credits(party) == 1
