"""A module that Tryton gets while credits is attached: it adds columns to tables that are attached, and its price lists can say
what the trigger would do, so that the user reads it while he types."""
from decimal import Decimal

from books import open_credits
from erp import EVENING, QUARTER, confirmed, customer, product, sale
from proteus import Model


def _list_of_the_customers_with_credits():
    prices = Model.get('product.price_list')(name='With credits')
    for article in (QUARTER, EVENING):
        line = prices.lines.new()
        line.product = product(article)
        line.formula = '0.0'
    prices.save()
    return prices


def a_price_list_shows_0_while_the_user_types():
    party = customer(credits=1)
    party.sale_price_list = _list_of_the_customers_with_credits()
    party.save()
    typed = Model.get('sale.sale')(party=party)
    line = typed.lines.new()
    line.product = product(QUARTER)
    line.quantity = 2
    assert (line.unit_price, typed.total_amount) == (0, 0)
    typed.save()
    confirmed(typed)
    assert open_credits(party) == Decimal('0.5')


def the_attached_tables_work_as_before():
    party = customer(credits=1)
    confirmed(sale(party, (QUARTER, 4)))
    assert open_credits(party) == 0
