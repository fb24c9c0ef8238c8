"""Posted invoices are cancelled, where the company allows it: Tryton writes a second move and changes nothing but the state."""
from decimal import Decimal

from books import booked, open_credits
from erp import HOUR, QUARTER, TRAVEL, customer, invoice, posted, refusal
from trytond.modules.company.tests.tools import get_company


def _cancelled(document):
    company = get_company()
    if not company.cancel_invoice_out:
        company.cancel_invoice_out = True
        company.save()
    document.click('cancel')
    return document


def a_cancelled_consumption_gives_its_credits_back():
    party = customer(credits=1)
    use = posted(invoice(party, (QUARTER, 2), (TRAVEL, 1)))
    assert open_credits(party) == Decimal('0.5')
    assert _cancelled(use).state == 'cancelled'
    assert booked(party)[2:] == [('consumption_change', Decimal('0.5'), Decimal('47.50'))]


def a_cancelled_sale_takes_its_credits_along():
    party = customer()
    sale = posted(invoice(party, (HOUR, 10)))
    _cancelled(sale)
    assert booked(party)[1:] == [('sale_change', -10, -950)]


def a_sale_of_which_something_is_used_cannot_be_cancelled():
    party = customer()
    sale = posted(invoice(party, (HOUR, 10)))
    posted(invoice(party, (QUARTER, 2)))
    said = refusal(_cancelled, sale)
    assert said == (
        'cannot change a sale of credits of which some are consumed\n'
        f'DETAIL:  Of lot 1 of customer "{party.id}", 0.5 of 10 credits of type "SUPPORT" are consumed '
        f'(invoice {sale.number}, line {sale.lines[0].id}).\n'
        'HINT:  Leave the line as it is, or undo the consumptions first.\n'), said
    sale.reload()
    assert (sale.state, sale.cancel_move) == ('posted', None)
    assert open_credits(party) == Decimal('9.5')
