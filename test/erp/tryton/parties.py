"""Parties begin and cease to work with credits, and use each other's."""
from decimal import Decimal

from books import booked, open_credits, sql, verified
from erp import HOUR, QUARTER, customer, invoice, posted, record

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
    sql('INSERT INTO credits.customer (customer, name) VALUES (%s, %s)', str(party.id), party.name)
    assert {(invariant, whose) for invariant, whose, detail in verified()} == {('unbooked_line', str(party.id))}
    assert sql('SELECT sales, consumptions, refused FROM credits.take_in()') == [(1, 1, 0)]
    assert booked(party) == [('sale', 10, 950), ('consumption', Decimal('-0.5'), Decimal('-47.50'))]
    use.reload()
    assert (use.lines[0].unit_price, use.untaxed_amount) == (25, 50)


def who_ceases_to_work_with_credits_pays_again_and_keeps_what_he_has():
    party = customer(credits=1)
    sql('UPDATE credits.customer SET works_with_credits = false WHERE customer = %s', str(party.id))
    assert posted(invoice(party, (QUARTER, 2))).untaxed_amount == 50
    assert open_credits(party) == 1


def a_branch_uses_the_credits_of_its_head_office():
    head, branch = customer('Head office', credits=1), record('party.party', name='Branch')
    sql('INSERT INTO credits.customer (customer, account_of) VALUES (%s, %s)', str(branch.id), str(head.id))
    use = posted(invoice(branch, (QUARTER, 1)))
    assert use.total_amount == 0
    assert open_credits(head) == Decimal('0.75')


def the_ledger_names_the_users_of_tryton_and_of_the_database():
    party = customer(credits=1)
    assert sql('SELECT recorded_by, entered_by FROM credits.entry WHERE customer = %s', str(party.id)) == [('tryton', '1')]
