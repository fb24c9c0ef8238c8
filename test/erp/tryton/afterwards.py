"""What must hold of all documents that the other subjects have left, of the ledger, and of the server's log."""
import os
import re
from decimal import ROUND_HALF_EVEN, Decimal

from proteus import Model

from books import sql
from erp import VAT
from parties import BEFORE

CENT = Decimal('0.01')


def _charged(lines):
    """The sum of the lines, rounded one by one as Tryton does, by an arithmetic of our own."""
    amounts = (Decimal(str(line.quantity)) * line.unit_price for line in lines if line.type == 'line')
    return sum((amount.quantize(CENT, ROUND_HALF_EVEN) for amount in amounts), Decimal(0))


def every_posted_invoice_adds_up():
    invoices = Model.get('account.invoice').find([('state', 'in', ['posted', 'paid'])])
    assert len(invoices) > 10
    for invoice in invoices:
        assert invoice.untaxed_amount == _charged(invoice.lines), invoice.number
        assert invoice.tax_amount == (invoice.untaxed_amount * VAT).quantize(CENT, ROUND_HALF_EVEN), invoice.number
        assert invoice.total_amount == invoice.untaxed_amount + invoice.tax_amount, invoice.number


def every_sale_adds_up():
    sales = Model.get('sale.sale').find([])
    assert len(sales) > 10
    for sale in sales:
        assert sale.untaxed_amount == _charged(sale.lines), sale.id
        assert sale.tax_amount == (sale.untaxed_amount * VAT).quantize(CENT, ROUND_HALF_EVEN), sale.id
        assert sale.total_amount == sale.untaxed_amount + sale.tax_amount, sale.id


def every_move_balances_and_has_its_invoices_amounts():
    moves = sql("""SELECT invoice.number, sum(line.debit - line.credit),
                       sum(line.credit - line.debit) FILTER (WHERE line.account <> invoice.account)
                   FROM account_invoice AS invoice
                   JOIN account_move_line AS line ON line.move = invoice.move
                   WHERE invoice.type = 'out'
                   GROUP BY invoice.id""")
    totals = {invoice.number: invoice.total_amount for invoice in Model.get('account.invoice').find([('type', '=', 'out')])}
    assert len(moves) > 10
    assert [(number, 0, totals[number]) for number, difference, amount in moves] == moves


def no_consumption_was_charged():
    charged = sql("""SELECT invoice.number
                     FROM credits.entry
                     JOIN account_invoice_line AS line ON line.id::text = entry.line_key
                     JOIN account_invoice AS invoice ON invoice.id = line.invoice
                     WHERE entry.line_table = 'account_invoice_line'::regclass
                       AND entry.kind = 'consumption'
                       AND line.unit_price <> 0
                       AND invoice.reference IS DISTINCT FROM %s
                     UNION ALL
                     SELECT sale.number
                     FROM credits.entry
                     JOIN sale_line AS line ON line.id::text = entry.line_key
                     JOIN sale_sale AS sale ON sale.id = line.sale
                     WHERE entry.line_table = 'sale_line'::regclass
                       AND entry.kind = 'consumption'
                       AND line.unit_price <> 0""", BEFORE)
    assert charged == []


def the_server_logged_no_serialization_failure_no_deadlock_and_no_internal_error():
    with open(os.environ['SERVER_LOG'], encoding='utf-8') as log:
        lines = log.read().splitlines()
    refusals = [line for line in lines if ' 23514 ERROR:' in line]
    assert refusals, 'the log is not the one that is meant'
    trouble = [line for line in lines if re.search(r' (40001|40P01|XX\d\d\d) |PANIC|terminated by signal|leak', line)]
    assert trouble == [], trouble
