"""Invoices that are not posted yet: their consumptions cost nothing already, and nothing is booked."""
from decimal import Decimal

from books import booked, open_credits
from erp import HOUR, QUARTER, TRAVEL, add, customer, invoice, posted, product, refusal, without


def a_consumption_costs_nothing_from_the_draft_on():
    party = customer(credits=1)
    use = invoice(party, (QUARTER, 1))
    use.reload()
    assert (use.lines[0].unit_price, use.untaxed_amount) == (0, 0)
    assert open_credits(party) == 1


def the_vat_of_a_new_draft_is_still_that_of_the_typed_price():
    """Tryton's client sends the taxes with the document; Tryton computes them again at the next change and when it posts."""
    party = customer(credits=1)
    use = invoice(party, (QUARTER, 2))
    assert use.tax_amount == Decimal('10.50')
    use.reference = 'Our visit'
    use.save()
    assert (use.tax_amount, use.total_amount) == (0, 0)


def a_draft_that_is_typed_at_price_0_has_the_right_vat_at_once():
    party = customer(credits=1)
    use = invoice(party, (QUARTER, 2, '0.00'))
    assert (use.tax_amount, use.total_amount) == (0, 0)


def a_price_that_is_typed_again_is_not_kept():
    party = customer(credits=1)
    use = invoice(party, (QUARTER, 2))
    use.lines[0].unit_price = Decimal('25.00')
    use.save()
    assert (use.lines[0].unit_price, use.total_amount) == (0, 0)


def only_what_is_posted_is_taken():
    party = customer(credits=2)
    use = invoice(party, (QUARTER, 2), (QUARTER, 1))
    use.lines[0].quantity = 6.0
    use.save()
    use.lines[0].quantity = 3.0
    without(use, 1)
    posted(use)
    assert booked(party)[1:] == [('consumption', Decimal('-0.75'), Decimal('-71.25'))]


def a_line_that_becomes_a_consumption_loses_its_price():
    party = customer(credits=1)
    document = invoice(party, (TRAVEL, 1))
    assert document.untaxed_amount == 40
    document.lines[0].product = product(QUARTER)
    document.save()
    assert (document.lines[0].unit_price, document.total_amount) == (0, 0)


def a_line_that_is_no_consumption_any_more_gets_the_price_that_is_typed():
    party = customer(credits=1)
    document = invoice(party, (QUARTER, 1))
    line = document.lines[0]
    line.product = product(TRAVEL)
    line.unit_price = Decimal('40.00')
    document.save()
    posted(document)
    assert document.untaxed_amount == 40
    assert open_credits(party) == 1


def a_line_added_later_is_refused_with_the_others():
    party = customer(credits=1)
    use = invoice(party, (QUARTER, 4))
    add(use, QUARTER, 1)
    use.save()
    assert refusal(posted, use).startswith('not enough credits\n')
    posted(without(use, 1))
    assert open_credits(party) == 0


def a_draft_that_is_cancelled_or_deleted_books_nothing():
    party = customer(credits=1)
    cancelled = invoice(party, (HOUR, 5))
    cancelled.click('cancel')
    deleted = invoice(party, (QUARTER, 4))
    deleted.delete()
    assert open_credits(party) == 1


def a_draft_given_to_another_customer_is_his():
    giver, taker = customer(credits=1), customer(credits=3)
    use = invoice(giver, (QUARTER, 4))
    use.party = taker
    use.save()
    posted(use)
    assert (open_credits(giver), open_credits(taker)) == (1, 2)
