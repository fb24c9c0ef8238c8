"""Timesheets take their credits as soon as they are saved, by the second; what is saved can be edited and deleted."""
from datetime import timedelta
from decimal import Decimal

from proteus import Model

from books import booked, open_credits, sql
from erp import DESKS, DOCUMENTS, at_the_desks, customer, job, record, refusal, timesheet


def an_hour_and_a_half_takes_a_credit_and_a_half():
    party = customer(credits=10)
    timesheet(job(party), hours=1.5)
    assert booked(party)[1:] == [('consumption', Decimal('-1.5'), Decimal('-142.50'))]
    kinds = sql("SELECT document_kind FROM credits.entry WHERE customer = %s AND kind = 'consumption'", str(party.id))
    assert kinds == ['service_report']


def seconds_count():
    party = customer(credits=10)
    timesheet(job(party), hours=1 / 3)
    timesheet(job(party), hours=1 / 3600)
    assert open_credits(party) == 10 - Decimal('0.3333') - Decimal('0.0003')


def a_timesheet_gets_longer_shorter_and_goes():
    party = customer(credits=2)
    line = timesheet(job(party), hours=1)
    line.duration = timedelta(hours=2)
    line.save()
    line.duration = timedelta(minutes=30)
    line.save()
    assert open_credits(party) == Decimal('1.5')
    line.delete()
    assert open_credits(party) == 2
    assert [credits for kind, credits, value in booked(party)[1:]] == [-1, -1, 1, Decimal('0.5'), Decimal('0.5')]


def a_timesheet_moves_to_the_job_of_another_customer():
    giver, taker = customer(credits=1), customer(credits=1)
    line = timesheet(job(giver), hours=1)
    line.work = job(taker)
    line.save()
    assert (open_credits(giver), open_credits(taker)) == (1, 0)


def four_desks_note_their_hours():
    party = customer(credits=100)
    work = job(party)
    assert at_the_desks(party, *[lambda party: timesheet(Model.get('timesheet.work')(work.id), 0.5)] * DESKS) == []
    assert open_credits(party) == 100 - Decimal('0.5') * DESKS * DOCUMENTS


def more_than_is_open_is_refused_in_these_words():
    party = customer(credits=1)
    work = job(party)
    said = refusal(timesheet, work, 1.25)
    line = sql("SELECT last_value FROM timesheet_line_id_seq")[0]
    assert said == (
        'not enough credits\n'
        f'DETAIL:  Customer "{party.id}" has 1 credits of type "SUPPORT", and 1.25 are needed (service_report, line {line}).\n'
        'HINT:  Sell credits to the customer first, or lower the quantity.\n'), said
    assert sql('SELECT count(*) FROM timesheet_line WHERE work = %s', work.id) == [0]


def a_job_without_a_customer_or_without_an_article_takes_nothing():
    party = customer(credits=1)
    timesheet(job(None), hours=1)
    timesheet(job(party, article=None), hours=1)
    timesheet(record('timesheet.work', name='Cleaning'), hours=1)
    assert open_credits(party) == 1


def a_project_that_gets_another_customer_takes_its_timesheets_along():
    giver, taker = customer(credits=1), customer(credits=1)
    line = timesheet(job(giver), hours=1)
    project = line.work.origin.parent
    project.party = taker
    project.save()
    assert (open_credits(giver), open_credits(taker)) == (1, 0)
