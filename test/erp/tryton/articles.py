"""What an article does to credits is said in Tryton, by those who may."""
from decimal import Decimal

from books import booked, sql
from erp import QUARTER, TRAVEL, customer, invoice, one, posted, product, record, refusal, set_credits


def the_settings_are_those_of_the_products():
    settings = dict(sql("""SELECT template.name, article.coefficient
                           FROM credits.article
                           JOIN product_product AS product ON product.id::text = article.article
                           JOIN product_template AS template ON template.id = product.template"""))
    assert settings[QUARTER] == Decimal('-0.25') and settings[TRAVEL] is None, settings


def who_may_not_manage_credits_is_refused_in_these_words():
    said = refusal(set_credits, QUARTER, '-0.5')
    assert said == (
        f'permission denied to change the credit type or coefficient of article "{product(QUARTER).id}"\n'
        'DETAIL:  Role "tryton" is no member of credits_management.\n'
        'HINT:  Its other columns may be changed.\n'), said
    assert sql('SELECT coefficient FROM credits.article WHERE article = %s', str(product(QUARTER).id)) == [Decimal('-0.25')]


def a_new_coefficient_is_for_new_lines():
    party = customer(credits=2)
    posted(invoice(party, (QUARTER, 1)))
    sql('GRANT credits_management TO tryton')
    set_credits(QUARTER, '-0.5')
    posted(invoice(party, (QUARTER, 1)))
    set_credits(QUARTER, '-0.25')
    sql('REVOKE credits_management FROM tryton')
    assert [credits for kind, credits, value in booked(party)[1:]] == [Decimal('-0.25'), Decimal('-0.5')]
    changes = sql("""SELECT old_value, new_value, changed_by
                     FROM credits.setting_change
                     WHERE table_name = 'article' AND column_name = 'coefficient' AND old_value IS NOT NULL
                     ORDER BY changed_at""")
    assert changes == [('-0.25', '-0.5', 'tryton'), ('-0.5', '-0.25', 'tryton')], changes


def a_coefficient_of_0_is_refused_in_these_words():
    sql('GRANT credits_management TO tryton')
    said = refusal(set_credits, QUARTER, '0')
    sql('REVOKE credits_management FROM tryton')
    assert said.startswith(
        f'coefficient 0 of article "{product(QUARTER).id}" is not valid\n'
        'HINT:  Credits per unit of quantity: > 0 sells, < 0 consumes, at most 4 decimals.\n'), said


def an_article_without_credits_needs_no_right():
    template = record('product.template', name='Cable', type='service', default_uom=one('product.uom', 'Unit'))
    assert sql('SELECT type_id FROM credits.article WHERE article = %s', str(template.products[0].id)) == [None]
