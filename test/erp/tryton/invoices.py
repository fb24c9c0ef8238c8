"""Invoices sell and consume."""
from decimal import Decimal

import books
from erp import EVENING, HOUR, QUARTER, TRAVEL, customer, invoice, posted, record, refusal
from books import booked, open_credits


def an_invoice_sells_when_it_is_posted():
    party = customer()
    sale = invoice(party, (HOUR, 10))
    assert booked(party) == []
    posted(sale)
    assert (sale.untaxed_amount, sale.tax_amount, sale.state) == (Decimal('950.00'), Decimal('199.50'), 'posted')
    assert booked(party) == [('sale', 10, Decimal('950.00'))]


def half_an_hour_on_an_invoice_costs_nothing_and_takes_half_a_credit():
    party = customer(credits=10)
    use = posted(invoice(party, (QUARTER, 2)))
    assert [(line.quantity, line.unit_price, line.amount) for line in use.lines] == [(2, 0, 0)]
    assert (use.total_amount, use.tax_amount, use.state) == (0, 0, 'paid')
    assert booked(party)[1:] == [('consumption', Decimal('-0.5'), Decimal('-47.50'))]


def one_invoice_sells_uses_and_charges_the_rest():
    party = customer()
    both = posted(invoice(party, (QUARTER, 4), (HOUR, 1), (TRAVEL, 1)))
    assert [line.unit_price for line in both.lines] == [0, 95, 40]
    assert both.untaxed_amount == 135
    assert open_credits(party) == 0


def an_evening_takes_more():
    party = customer(credits=2)
    posted(invoice(party, (EVENING, 2)))
    assert open_credits(party) == Decimal('1.25')


def the_oldest_credits_go_first():
    party = customer()
    posted(invoice(party, (HOUR, 1, '100.00')))
    posted(invoice(party, (HOUR, 1, '80.00')))
    posted(invoice(party, (QUARTER, 6)))
    assert booked(party)[2:] == [('consumption', -1, -100), ('consumption', Decimal('-0.5'), -40)]


def a_lot_is_worth_what_tryton_charged_to_the_cent():
    party = customer()
    sale = posted(invoice(party, (HOUR, 2.5, '0.0500'), (HOUR, 2.5, '0.1500'), (HOUR, 0.5, '0.1000')))
    charged = [line.amount for line in sale.lines]
    assert charged == [Decimal('0.12'), Decimal('0.38'), Decimal('0.05')]
    assert [value for kind, credits, value in booked(party)] == charged


def who_works_without_credits_pays_the_usual_price():
    party = record('party.party', name='Without')
    use = posted(invoice(party, (QUARTER, 2)))
    assert (use.untaxed_amount, use.state) == (50, 'posted')
    assert booked(party) == []


def a_supplier_is_paid_though_he_is_a_customer_too():
    party = customer(credits=1)
    purchase = invoice(party, (QUARTER, 2), kind='in')
    assert [line.unit_price for line in purchase.lines] == [25]
    assert open_credits(party) == 1


def lines_of_text_are_left_alone():
    party = customer(credits=1)
    use = invoice(party, (QUARTER, 1))
    use.lines.new(type='comment', description='With thanks')
    use.lines.new(type='subtotal', description='Sum')
    use.save()
    posted(use)
    assert open_credits(party) == Decimal('0.75')


def more_than_is_open_is_refused_in_these_words():
    party = customer(credits=1)
    use = invoice(party, (QUARTER, 8))
    said = refusal(posted, use)
    number = books.sql('SELECT number FROM account_invoice WHERE party = %s AND number IS NOT NULL', party.id)[0]
    assert said == (
        'not enough credits\n'
        f'DETAIL:  Customer "{party.id}" has 1 credits of type "SUPPORT", and 2 are needed '
        f'(invoice {int(number) + 1}, line {use.lines[0].id}).\n'
        'HINT:  Sell credits to the customer first, or lower the quantity.\n'), said
    use.reload()
    assert (use.state, use.number) == ('draft', None)
    assert open_credits(party) == 1
