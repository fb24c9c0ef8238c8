"""Tryton's credit notes: an invoice with negative quantities, whose lines name those of the first one."""
from decimal import Decimal

from books import booked, open_credits
from erp import HOUR, QUARTER, TRAVEL, credit, customer, invoice, posted, refusal


def a_credit_note_takes_the_credits_of_its_sale_out():
    party = customer()
    sale = posted(invoice(party, (HOUR, 10)))
    posted(invoice(party, (HOUR, 5)))
    note = credit(sale)
    assert open_credits(party) == 15
    posted(note)
    assert note.total_amount == -sale.total_amount
    assert booked(party)[2:] == [('credit_note', -10, -950)]
    assert open_credits(party) == 5


def a_part_can_be_credited():
    party = customer()
    note = credit(posted(invoice(party, (HOUR, 10))))
    note.lines[0].quantity = -4.0
    note.save()
    posted(note)
    assert booked(party)[1:] == [('credit_note', -4, -380)]


def what_is_used_cannot_be_credited():
    party = customer()
    sale = posted(invoice(party, (HOUR, 10)))
    use = posted(invoice(party, (QUARTER, 2)))
    note = credit(sale)
    said = refusal(posted, note)
    assert said == (
        'cannot credit more credits than are open\n'
        f'DETAIL:  Customer "{party.id}" has 9.5 open credits of type "SUPPORT" in lot 1, and 10 are to be credited '
        f'(invoice {int(use.number) + 1}, line {note.lines[0].id}).\n'
        'HINT:  Credit what is open, or undo consumptions first.\n'), said
    assert open_credits(party) == Decimal('9.5')


def a_credit_note_of_a_consumption_gives_the_credits_back():
    party = customer(credits=10)
    use = posted(invoice(party, (QUARTER, 2)))
    note = posted(credit(use))
    assert [(line.quantity, line.unit_price) for line in note.lines] == [(-2, 0)]
    assert (note.total_amount, note.state) == (0, 'paid')
    assert booked(party)[2:] == [('return', Decimal('0.5'), Decimal('47.50'))]


def a_refund_undoes_once():
    """It posts the note and cancels the invoice, in one transaction: only one of the two takes the credits out."""
    party = customer()
    sale = posted(invoice(party, (HOUR, 10)))
    credit(sale, refund=True)
    assert sale.state == 'cancelled'
    assert booked(party) == [('sale', 10, 950), ('credit_note', -10, -950)]


def a_refund_of_a_consumption_gives_back_once():
    party = customer(credits=1)
    use = posted(invoice(party, (QUARTER, 2), (TRAVEL, 1)))
    credit(use, refund=True)
    assert use.state == 'cancelled'
    assert open_credits(party) == 1


def a_refund_of_what_is_used_is_refused_as_a_whole():
    party = customer()
    sale = posted(invoice(party, (HOUR, 10)))
    posted(invoice(party, (QUARTER, 2)))
    assert refusal(credit, sale, True).startswith('cannot credit more credits than are open\n')
    sale.reload()
    assert (sale.state, sale.cancel_move) == ('posted', None)
    assert open_credits(party) == Decimal('9.5')
