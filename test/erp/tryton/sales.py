"""Sales take their credits when they are confirmed, and sell them when their invoice is posted."""
from decimal import Decimal

from books import booked, open_credits, sql
from erp import HOUR, QUARTER, TRAVEL, confirmed, customer, posted, record, refusal, returned, sale


def a_sale_takes_its_credits_when_it_is_confirmed():
    party = customer(credits=10)
    order = sale(party, (QUARTER, 4))
    order.click('quote')
    assert open_credits(party) == 10
    confirmed(order)
    assert order.state in ('confirmed', 'processing')
    assert booked(party)[1:] == [('consumption', -1, -95)]


def a_sale_shows_the_right_total_from_the_draft_on():
    """Tryton computes the amounts of a draft when they are asked for, and keeps them from the confirmation on."""
    party = customer(credits=1)
    order = sale(party, (QUARTER, 2), (TRAVEL, 1))
    for step in ('quote', 'confirm'):
        assert (order.untaxed_amount, order.tax_amount, order.total_amount) == (40, Decimal('8.40'), Decimal('48.40'))
        order.click(step)
    kept = sql('SELECT untaxed_amount_cache, tax_amount_cache, total_amount_cache FROM sale_sale WHERE id = %s', order.id)
    assert kept == [(40, Decimal('8.40'), Decimal('48.40'))]


def a_sale_without_credits_costs_what_it_costs():
    order = confirmed(sale(record('party.party', name='Without'), (QUARTER, 2)))
    assert order.untaxed_amount == 50


def a_quotation_that_is_cancelled_takes_nothing():
    party = customer(credits=1)
    order = sale(party, (QUARTER, 4))
    order.click('quote')
    order.click('cancel')
    assert open_credits(party) == 1


def a_confirmation_beyond_what_is_open_is_refused_in_these_words():
    party = customer(credits=1)
    order = sale(party, (QUARTER, 5))
    order.click('quote')
    said = refusal(confirmed, order)
    assert said == (
        'not enough credits\n'
        f'DETAIL:  Customer "{party.id}" has 1 credits of type "SUPPORT", and 1.25 are needed '
        f'(other {order.number}, line {order.lines[0].id}).\n'
        'HINT:  Sell credits to the customer first, or lower the quantity.\n'), said
    order.reload()
    assert order.state == 'quotation'


def credits_that_are_ordered_are_sold_by_the_invoice():
    party = customer()
    order = confirmed(sale(party, (HOUR, 10)))
    assert booked(party) == []
    invoice, = order.invoices
    posted(invoice)
    assert booked(party) == [('sale', 10, 950)]


def the_invoice_of_a_sale_takes_nothing_again():
    party = customer(credits=1)
    order = confirmed(sale(party, (QUARTER, 2)))
    invoice, = order.invoices
    assert [line.unit_price for line in invoice.lines] == [0]
    posted(invoice)
    assert (invoice.total_amount, invoice.state) == (0, 'paid')
    assert booked(party)[1:] == [('consumption', Decimal('-0.5'), Decimal('-47.50'))]
    order.reload()
    assert order.state == 'done'


def a_returned_sale_gives_back_once():
    """Tryton's wizard makes a sale of negative quantities, and from that a credit note."""
    party = customer(credits=1)
    order = confirmed(sale(party, (QUARTER, 2)))
    posted(order.invoices[0])
    back = confirmed(returned(order))
    assert [(line.quantity, line.unit_price) for line in back.lines] == [(-2, 0)]
    posted(back.invoices[0])
    assert booked(party)[2:] == [('return', Decimal('0.5'), Decimal('47.50'))]
