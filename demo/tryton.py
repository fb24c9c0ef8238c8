"""Plays Tryton's users through Tryton's own client, proteus; for demo/tryton.

tryton.py prepare                   makes a company with its accounts, a customer and two articles
tryton.py invoice ARTICLE QUANTITY  types, saves and posts an invoice, and prints what Tryton shows after each

The database is the one that TRYTOND_DATABASE_URI and DB_NAME say. Exit status 3: it refused
for want of credits, and the invoice is a draft.
"""
import sys
import traceback
from decimal import Decimal

import passlib.utils  # noqa: before Tryton, which turns Python's warnings on while it loads
from proteus import Model, config
from psycopg2 import IntegrityError
from trytond.modules.account.tests.tools import create_chart, create_fiscalyear, create_tax, get_accounts
from trytond.modules.account_invoice.tests.tools import set_fiscalyear_invoice_sequences
from trytond.modules.company.tests.tools import create_company, get_company
from trytond.modules.currency.tests.tools import get_currency

CUSTOMER = 'Peeters'
REFUSED = 3


def record(model, **values):
    """Saves a new record of one of Tryton's models."""
    new = Model.get(model)(**values)
    new.save()
    return new


def one(model, name):
    """The one record with this name."""
    found, = Model.get(model).find([('name', '=', name)])
    return found


def open_books():
    """Makes the company, its chart of accounts, its fiscal year and a VAT of 21 %; returns the category of its articles."""
    create_company(party=record('party.party', name='Desk'), currency=get_currency('EUR'))
    create_chart()
    set_fiscalyear_invoice_sequences(create_fiscalyear(get_company())).click('create_period')
    vat = create_tax(Decimal('0.21'))
    vat.save()
    accounts = get_accounts()
    category = Model.get('product.category')(name='Services', accounting=True)
    category.account_revenue = accounts['revenue']
    category.account_expense = accounts['expense']
    category.customer_taxes.append(vat)
    category.save()
    return category


def offer(name, price, category):
    record('product.template', name=name, type='service', default_uom=one('product.uom', 'Unit'),
           list_price=Decimal(price), account_category=category)
    print(f'  {name}: {price}')


def prepare():
    category = open_books()
    offer('Support, per hour', '95.00', category)
    offer('Support, per 15 minutes', '25.00', category)
    record('party.party', name=CUSTOMER)


def show(moment, invoice):
    line, = invoice.lines
    print(f'  {moment:6}  {line.quantity:g} x {line.unit_price:.2f} = {line.amount}, VAT {invoice.tax_amount}, '
          f'to pay {invoice.total_amount}: {invoice.state}, number {invoice.number}')


def invoice(article, quantity):
    product = one('product.product', article)
    document = Model.get('account.invoice')(party=one('party.party', CUSTOMER))
    document.lines.new(product=product, quantity=float(quantity), unit_price=product.template.list_price)
    show('typed', document)
    document.save()
    show('saved', document)
    try:
        document.click('post')
    except IntegrityError as refusal:
        print('\n' + ''.join(traceback.format_exception_only(refusal)).rstrip() + '\n')
        document.reload()
        show('after', document)
        not_enough = refusal.diag.constraint_name == 'credits_balance_not_negative'
        sys.exit(REFUSED if not_enough and document.state == 'draft' else 1)
    show('posted', document)
    for entry in document.move.lines:
        print(f'    {entry.account.name:16} debit {entry.debit:>8} credit {entry.credit:>8}')


config.set_trytond()
{'prepare': prepare, 'invoice': invoice}[sys.argv[1]](*sys.argv[2:])
