"""Parties begin and cease to work with credits, and use each other's."""
from decimal import Decimal

from books import booked, open_credits, sql, verified
from erp import HOUR, QUARTER, WITH_CREDITS, customer, invoice, one, posted, record

BEFORE = 'before credits'  # the reference of invoices from before, which keep their prices


def _from_before(party, *lines):
    document = invoice(party, *lines)
    document.reference = BEFORE
    document.save()
    return posted(document)


def who_begins_to_work_with_credits_can_be_taken_in():
    party = record('party.party', name='Begins')
    _from_before(party, (HOUR, 10))
    use = _from_before(party, (QUARTER, 2))
    assert use.untaxed_amount == 50
    party.categories.append(one('party.category', WITH_CREDITS))
    party.save()
    assert {(invariant, whose) for invariant, whose, detail in verified()} == {('unbooked_line', str(party.id))}
    assert sql('SELECT sales, consumptions, refused FROM credits.take_in()') == [(1, 1, 0)]
    assert booked(party) == [('sale', 10, 950), ('consumption', Decimal('-0.5'), Decimal('-47.50'))]
    use.reload()
    assert (use.lines[0].unit_price, use.untaxed_amount) == (25, 50)


def who_ceases_to_work_with_credits_pays_again_and_keeps_what_he_has():
    party = customer(credits=1)
    party.categories.pop()
    party.save()
    assert posted(invoice(party, (QUARTER, 2))).untaxed_amount == 50
    assert open_credits(party) == 1


def a_branch_uses_the_credits_of_its_head_office():
    head, branch = customer('Head office', credits=1), customer('Branch')
    sql('UPDATE credits.customer SET account_of = %s WHERE customer = %s', str(head.id), str(branch.id))
    use = posted(invoice(branch, (QUARTER, 1)))
    assert use.total_amount == 0
    assert open_credits(head) == Decimal('0.75')


def the_ledger_names_the_users_of_tryton_and_of_the_database():
    party = customer(credits=1)
    assert sql('SELECT recorded_by, entered_by FROM credits.entry WHERE customer = %s', str(party.id)) == [('tryton', '1')]
