"""Four users at once, for one party. One of them at most posts invoices: Tryton numbers them without gaps, by a row that whoever
posts locks or fails to, with credits and without."""
from decimal import Decimal

from books import booked, open_credits, sql
from erp import DESKS, DOCUMENTS, HOUR, QUARTER, at_the_desks, confirmed, customer, invoice, posted, sale


def _sell_by_invoice(party):
    posted(invoice(party, (HOUR, 1)))


def _use_by_sale(party):
    confirmed(sale(party, (QUARTER, 1), (QUARTER, 2)))


def every_desk_confirms_its_sales():
    party = customer(credits=100)
    assert at_the_desks(party, *[_use_by_sale] * DESKS) == []
    assert open_credits(party) == 100 - Decimal('0.75') * DESKS * DOCUMENTS
    assert len(booked(party)) == 1 + 2 * DESKS * DOCUMENTS


def one_desk_sells_what_the_others_use():
    party = customer(credits=10)
    assert at_the_desks(party, _sell_by_invoice, *[_use_by_sale] * (DESKS - 1)) == []
    assert open_credits(party) == 10 + DOCUMENTS - Decimal('0.75') * (DESKS - 1) * DOCUMENTS


def the_last_credits_are_taken_once():
    party = customer(credits=3)
    told = at_the_desks(party, *[_use_by_sale] * DESKS)
    assert len(told) == DESKS * DOCUMENTS - 4
    assert all('not enough credits' in refusal for refusal in told), told
    assert open_credits(party) == 0
    assert sql("SELECT count(*) FROM sale_sale WHERE party = %s AND state = 'processing'", party.id) == [4]
