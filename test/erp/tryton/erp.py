"""Plays Tryton's users through Tryton's own client, proteus, on a running Tryton server: the nouns and verbs of the tests."""
import os
from datetime import timedelta
from base64 import b64encode
from decimal import Decimal
from threading import Thread
from xmlrpc.client import Fault, ServerProxy

import passlib.utils  # noqa: before Tryton, which turns Python's warnings on while it loads
from proteus import Model, Wizard, config
from trytond.modules.account.tests.tools import create_chart, create_fiscalyear, create_tax, get_accounts
from trytond.modules.account_invoice.tests.tools import create_payment_term, set_fiscalyear_invoice_sequences
from trytond.modules.company.tests.tools import create_company, get_company
from trytond.modules.currency.tests.tools import get_currency

WITH_CREDITS = 'Works with credits'  # the category of parties that do

# The articles: name, list price, unit and coefficient.
HOUR = 'Support, per hour'
QUARTER = 'Support, per 15 minutes'
EVENING = 'Support in the evening, per 15 minutes'
VISIT = 'Support by the clock'
TRAVEL = 'Travel'
PRICES = {HOUR: '95.00', QUARTER: '25.00', EVENING: '37.50', VISIT: '100.00', TRAVEL: '40.00'}
UNITS = {HOUR: 'Hour', QUARTER: 'Unit', EVENING: 'Unit', VISIT: 'Hour', TRAVEL: 'Unit'}
COEFFICIENTS = {HOUR: '1', QUARTER: '-0.25', EVENING: '-0.375', VISIT: '-1'}

VAT = Decimal('0.21')

# The closing's accounts, its journal, and the user of Tryton, and role of the database, who hands it over.
ADVANCES = '460000'
TURNOVER = '700000'
JOURNAL = 'CRED'
BOOKKEEPER = 'bookkeeper'

# How many users work at once, and how often each repeats what he does.
DESKS = 4
DOCUMENTS = 3


def log_in():
    """As Tryton's client does: once, for a session. Each thread of a program is a client of its own."""
    url = os.environ['TRYTON_URL']
    user, session = ServerProxy(url, allow_none=True).common.db.login('admin', {'password': os.environ['TRYTON_PASSWORD']})
    key = b64encode(f'admin:{user}:{session}'.encode()).decode()
    config.set_xmlrpc(url, headers=[('Authorization', f'Session {key}')])


def record(model, **values):
    """Saves a new record of one of Tryton's models."""
    new = Model.get(model)(**values)
    new.save()
    return new


def one(model, name):
    """The one record with this name."""
    found, = Model.get(model).find([('name', '=', name)])
    return found


def product(name):
    return one('product.product', name)


def refusal(act, *arguments):
    """What the user is told when Tryton, or the database behind it, refuses."""
    try:
        act(*arguments)
    except Fault as fault:
        return fault.faultString
    raise AssertionError('it was not refused')


def at_the_desks(party, *works):
    """Runs each work(the party) several times as a user who has a session, and so a database connection, of his own; gives what
    they were told instead."""
    told = []

    def sit_down(work):
        log_in()
        for _ in range(DOCUMENTS):
            try:
                work(Model.get('party.party')(party.id))
            except Exception as failure:
                told.append(str(failure))

    desks = [Thread(target=sit_down, args=[work]) for work in works]
    for desk in desks:
        desk.start()
    for desk in desks:
        desk.join()
    return told


# ---- the company

def open_books():
    """Makes the company, its chart of accounts, its fiscal year and a VAT of 21 %; returns the category of its articles."""
    create_company(party=record('party.party', name='Desk'), currency=get_currency('EUR'))
    log_in()  # the company is part of a session's context
    create_chart()
    set_fiscalyear_invoice_sequences(create_fiscalyear(get_company())).click('create_period')
    create_payment_term().save()
    vat = create_tax(VAT)
    vat.save()
    accounts = get_accounts()
    category = Model.get('product.category')(name='Services', accounting=True)
    category.account_revenue = accounts['revenue']
    category.account_expense = accounts['expense']
    category.customer_taxes.append(vat)
    category.save()
    return category


def open_accounts():
    """Gives the chart, whose accounts have no codes, those of the closing; and makes its journal and its user."""
    turnover = get_accounts()['revenue']
    turnover.template_override = True
    turnover.code = TURNOVER
    turnover.save()
    debts, = Model.get('account.account.type').find([('name', '=', 'Current'), ('parent.name', '=', 'Liability')])
    record('account.account', code=ADVANCES, name='Credits sold in advance', type=debts, parent=turnover.parent)
    sequence, = Model.get('ir.sequence').find([('sequence_type.name', '=', 'Account Journal')])
    record('account.journal', code=JOURNAL, name='Credits', type='general', sequence=sequence)
    bookkeeper = Model.get('res.user')(login=BOOKKEEPER, name='Bookkeeper', password=os.environ['TRYTON_PASSWORD'])
    bookkeeper.groups.append(one('res.group', 'Account'))
    bookkeeper.companies.append(get_company())
    bookkeeper.company = get_company()
    bookkeeper.save()


def credits_attributes():
    """The set of attributes that say of an article what it does to credits."""
    attributes = record('product.attribute.set', name='Credits')
    for name, kind in ('credit_type', 'char'), ('coefficient', 'numeric'):
        attribute = Model.get('product.attribute')(name=name, string=name.replace('_', ' '), type_=kind)
        attribute.sets.append(Model.get('product.attribute.set')(attributes.id))
        attribute.save()
    return attributes


def offer(category, attributes):
    for name, price in PRICES.items():
        record('product.template', name=name, type='service', default_uom=one('product.uom', UNITS[name]), salable=True,
               list_price=Decimal(price), account_category=category, attribute_set=attributes)
        if name in COEFFICIENTS:
            set_credits(name, COEFFICIENTS[name])


def set_credits(article, coefficient):
    changed = product(article)
    changed.attributes = {'credit_type': 'SUPPORT', 'coefficient': Decimal(coefficient)}
    changed.save()


def prepare():
    """Makes what the company has before it gets credits."""
    log_in()
    offer(open_books(), credits_attributes())
    open_accounts()
    record('party.category', name=WITH_CREDITS)
    record('company.employee', party=record('party.party', name='Technician'))


def customer(name='Peeters', credits=0):
    """A new party that works with credits, and has bought some."""
    party = Model.get('party.party')(name=name)
    party.categories.append(one('party.category', WITH_CREDITS))
    party.save()
    if credits:
        posted(invoice(party, (HOUR, credits)))
    return party


# ---- invoices

def invoice(party, *lines, kind='out'):
    """A saved draft. A line is an article's name and a quantity, and a price that is not the usual one."""
    document = Model.get('account.invoice')(type=kind, party=party)
    for line in lines:
        add(document, *line)
    document.save()
    return document


def add(document, article, quantity, price=None):
    """Types a line, as a user does: first the article, then how many, then the price."""
    line = document.lines.new()
    line.product = product(article)
    line.quantity = float(quantity)
    line.unit_price = Decimal(price or PRICES[article])
    return line


def without(document, number):
    """Deletes a line of a saved document, and saves what else was changed."""
    document.lines.remove(document.lines[number])
    document.save()
    return document


def posted(document):
    document.click('post')
    return document


def credit(document, refund=False):
    """Tryton's wizard: the credit note of an invoice, as the draft that it makes, or posted against it."""
    wizard = Wizard('account.invoice.credit', [document])
    wizard.form.with_refund = refund
    wizard.execute('credit')
    document.reload()
    note, = wizard.actions[0]
    return note


# ---- sales

def sale(party, *lines):
    """A saved draft, at the usual prices. A line is an article's name and a quantity."""
    order = Model.get('sale.sale')(party=party)
    for article, quantity in lines:
        line = order.lines.new()
        line.product = product(article)
        line.quantity = float(quantity)
    order.save()
    return order


def confirmed(order):
    if order.state == 'draft':
        order.click('quote')
    order.click('confirm')
    return order


def returned(order):
    """Tryton's wizard: the draft of the sale that returns this one."""
    wizard = Wizard('sale.return_sale', [order])
    wizard.execute('return_')
    back, = wizard.actions[0]
    return back


# ---- timesheets

def job(party, article=VISIT):
    """A task, on which time can be spent, of a new project of the party."""
    project = record('project.work', name='Support', type='project', party=party, product=article and product(article))
    task = record('project.work', name='Visit', type='task', parent=project, timesheet_available=True)
    work, = task.timesheet_works
    return work


def timesheet(work, hours):
    """What the company's one employee notes for today."""
    employee, = Model.get('company.employee').find([])
    return record('timesheet.line', work=work, employee=employee, duration=timedelta(hours=hours))
