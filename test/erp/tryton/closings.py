"""A closing becomes a move in Tryton's books, and a reopening its cancellation, by closing_move.py, which runs as it would for an
administrator: a program of its own, as users of Tryton and of the database who have few rights.

The last closing stays in force: what the subjects that follow save is of a closed month."""
import os
import sys
from calendar import monthrange
from select import select
from subprocess import PIPE, STDOUT, Popen

from books import booked, sql
from erp import ADVANCES, BOOKKEEPER, JOURNAL, QUARTER, TURNOVER, customer, invoice, posted, refusal
from proteus import Model, config

_SCRIPT = os.path.join(os.path.dirname(__file__), 'closing_move.py')


def _started(*arguments):
    users = {'PGUSER': BOOKKEEPER, 'TRYTON_USER': BOOKKEEPER}
    return Popen([sys.executable, '-B', _SCRIPT, *arguments], env={**os.environ, **users}, stdout=PIPE, stderr=STDOUT, text=True)


def _handed_over():
    """Runs the script: what it said, and its exit status."""
    run = _started()
    said, _ = run.communicate()
    return said, run.returncode


def _heard(listener):
    ready, _, _ = select([listener.stdout], [], [], 60)
    return listener.stdout.readline() if ready else 'nothing within a minute'


def _close():
    sql("SELECT credits.close_month(min(booked_on)) FROM credits.entry WHERE kind <> 'opening'")


def _reopen():
    sql('SELECT credits.reopen_month(month) FROM credits.closing WHERE reopened_at IS NULL')


def _name():
    """What the last closing is called in Tryton."""
    return sql("SELECT format('Closing %%s of credits, %%s', number, to_char(month, 'YYYY-MM')) FROM credits.closing ORDER BY number DESC")[0]


def _roll_forward(column):
    return sql(f'SELECT its.{column} FROM credits.closing, credits.deferred_revenue(month, month) AS its ORDER BY number DESC')[0]


def _moves():
    return Model.get('account.move').find([('journal.code', '=', JOURNAL)], order=[('id', 'ASC')])


def _balance(code):
    """Tryton's own, of what is posted; an account that is in credit has a positive one."""
    with config.get_config().set_context(posted=True):
        account, = Model.get('account.account').find([('code', '=', code)])
        return -account.balance


def _invoiced():
    """What is in the result but for the closings."""
    return sql("""SELECT sum(line.credit - line.debit)
                  FROM account_move_line AS line
                  JOIN account_account AS account ON account.id = line.account
                  JOIN account_move AS move ON move.id = line.move
                  JOIN account_journal AS journal ON journal.id = move.journal
                  WHERE account.code = %s AND journal.code <> %s""", TURNOVER, JOURNAL)[0]


def _books_agree():
    return _balance(ADVANCES) == _roll_forward('closing') and _balance(TURNOVER) == _invoiced() - _roll_forward('closing')


def a_closing_becomes_a_posted_move():
    posted(invoice(customer(credits=10), (QUARTER, 2)))
    _close()
    said, status = _handed_over()
    move, = _moves()
    assert (said, status) == (f'{_name()}: posted, number {move.post_number}\n', 0), said
    month = sql('SELECT month FROM credits.closing')[0]
    assert (move.state, move.period.start_date, move.date) == ('posted', month, month.replace(day=monthrange(month.year, month.month)[1]))
    sold, consumed = _roll_forward('sold'), _roll_forward('consumed')
    assert sold > consumed > 0
    assert sorted((line.account.code, line.debit, line.credit) for line in move.lines) == [
        (ADVANCES, 0, sold), (ADVANCES, consumed, 0), (TURNOVER, 0, consumed), (TURNOVER, sold, 0)]


def the_balance_of_the_account_is_the_value_of_what_is_open():
    assert _roll_forward('closing') == sql('SELECT sum(value) FROM credits.entry')[0]
    assert _books_agree()


def a_second_run_posts_nothing():
    assert _handed_over() == ('', 0)
    assert len(_moves()) == 1


def a_month_that_is_reopened_is_cancelled_once():
    _reopen()
    said, status = _handed_over()
    move, cancellation = _moves()
    assert (said, status) == (f'Reopened: {_name()}: posted, number {cancellation.post_number}\n', 0), said
    assert (cancellation.origin, cancellation.state, cancellation.date) == (move, 'posted', move.date)
    assert _handed_over() == ('', 0)
    assert (_balance(ADVANCES), _balance(TURNOVER)) == (0, _invoiced())


def two_runs_at_once_post_once():
    posted(invoice(customer(credits=10), (QUARTER, 4)))
    _close()
    runs = [_started(), _started()]
    said = sorted(run.communicate()[0] for run in runs)
    assert said == ['', f'{_name()}: posted, number {_moves()[-1].post_number}\n'], said
    assert len(_moves()) == 3
    assert _books_agree()


def a_draft_that_an_interrupted_run_has_left_is_posted():
    _reopen()
    _handed_over()
    _close()
    before = _moves()
    before[2].duplicate(default={'description': _name()})
    assert not _books_agree()
    assert _handed_over()[1] == 0
    assert len(_moves()) == len(before) + 1
    assert _books_agree()


def a_closed_period_of_tryton_keeps_the_move_out_until_it_is_open_again():
    _reopen()
    _handed_over()
    _close()
    period = _moves()[0].period
    period.click('close')
    said, status = _handed_over()
    assert said.startswith('Tryton has no account.period with ') and 'state = open' in said and status == 1, said
    assert _balance(ADVANCES) == 0
    period.click('reopen')
    Model.get('account.journal.period').click(Model.get('account.journal.period').find([('period', '=', period.id)]), 'reopen')
    assert _handed_over()[1] == 0
    assert _books_agree()


def it_listens():
    listener = _started('--listen')
    try:
        _reopen()
        assert _heard(listener).startswith(f'Reopened: {_name()}: posted')
        _close()
        assert _heard(listener).startswith(f'{_name()}: posted')
    finally:
        listener.kill()
        listener.communicate()
    assert _books_agree()


def what_is_saved_after_a_closing_is_booked_in_the_next_month():
    party = customer(credits=10)
    use = posted(invoice(party, (QUARTER, 2)))
    days = sql("""SELECT DISTINCT booked_on - (closing.month + interval '1 month')
                  FROM credits.entry, credits.closing
                  WHERE customer = %s AND reopened_at IS NULL""", str(party.id))
    assert (use.total_amount, days[0].days, len(booked(party))) == (0, 0, 2)
    assert _handed_over() == ('', 0)
    assert _balance(ADVANCES) == _roll_forward('closing')


def a_closed_month_can_refuse_in_these_words():
    party = customer(credits=10)
    use = invoice(party, (QUARTER, 2))
    sql("UPDATE credits.parameter SET closed_month_policy = 'reject'")
    said = refusal(posted, use)
    sql("UPDATE credits.parameter SET closed_month_policy = 'next_open_month'")
    bought, = sql('SELECT number FROM account_invoice WHERE party = %s AND number IS NOT NULL', party.id)
    day, first_open_day = sql('SELECT document_date, booked_on FROM credits.entry WHERE customer = %s', str(party.id))[0]
    assert said == (
        'document is of a closed month\n'
        f'DETAIL:  The document is dated {day}, and the first open day is {first_open_day} (invoice {int(bought) + 1}, line {use.lines[0].id}).\n'
        'HINT:  Give it a date in an open month, or reopen the month with credits.reopen_month().\n'), said
