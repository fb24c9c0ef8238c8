-- The texts of the pages, by language. To add one: rows of one's own, for as many of these names as one likes; English is used
-- for the rest.

CREATE TABLE credits.page_text (
    language text    NOT NULL,
    name     text    NOT NULL,
    is_own   boolean NOT NULL DEFAULT true,
    text     text    NOT NULL,
    PRIMARY KEY (language, name, is_own)
);
COMMENT ON TABLE credits.page_text IS
'The texts of the pages: English, Dutch, French, German, and what you add.
A row of one''s own takes the place of the one that comes with the extension.
Changed by credits_management.';
COMMENT ON COLUMN credits.page_text.language IS 'as in customer.language: en, nl, fr, de, ...';
COMMENT ON COLUMN credits.page_text.name IS
'what it is for; date_format and short_date_format are patterns of to_char(), direction is ltr or rtl';
COMMENT ON COLUMN credits.page_text.is_own   IS 'false for those that come with the extension';
COMMENT ON COLUMN credits.page_text.text     IS 'plain text';
SELECT pg_catalog.pg_extension_config_dump('credits.page_text', 'WHERE is_own');

INSERT INTO credits.page_text (name, language, is_own, text)
SELECT name, language, false, text
FROM (VALUES
    ('direction',               'ltr',                   'ltr',                     'ltr',                       'ltr'),
    ('decimal_separator',       '.',                     ',',                       ',',                         ','),
    ('group_separator',         ',',                     '.',                       chr(160),                   '.'),
    ('date_format',             'DD Mon YYYY',           'DD-MM-YYYY',              'DD/MM/YYYY',                'DD.MM.YYYY'),
    ('short_date_format',       'DD Mon',                'DD-MM',                   'DD/MM',                     'DD.MM.'),
    ('month_format',            'Mon YYYY',              'MM-YYYY',                 'MM/YYYY',                   'MM.YYYY'),
    ('statement',               'Statement of credits',  'Overzicht van uw tegoed', 'Relevé de vos crédits',
     'Guthabenauszug'),
    ('customer_number',         'Customer number',       'Klantnummer',             'Numéro de client',          'Kundennummer'),
    ('from_date',               'from',                  'van',                     'du',                        'vom'),
    ('to_date',                 'to',                    'tot en met',              'au',                        'bis'),
    ('credit_type',             'Credits',               'Tegoed',                  'Crédits',                   'Guthaben'),
    ('opening_balance',         'Opening balance',       'Beginsaldo',              'Solde initial',             'Anfangssaldo'),
    ('came_in',                 'In',                    'Bij',                     'Entrées',                   'Zugänge'),
    ('went_out',                'Used',                  'Verbruik',                'Utilisations',              'Verbrauch'),
    ('closing_balance',         'Closing balance',       'Eindsaldo',               'Solde final',               'Endsaldo'),
    ('balance_over_time',       'Balance over time',     'Verloop van het saldo',   'Évolution du solde',        'Saldoverlauf'),
    ('alarm_level',             'Alarm level',           'Minimumsaldo',            'Seuil d''alerte',            'Warngrenze'),
    ('by_document',             'Used, by kind of document', 'Verbruik per documentsoort', 'Utilisations par type de document',
     'Verbrauch nach Belegart'),
    ('by_article',              'Used, by article',      'Verbruik per artikel',    'Utilisations par article',
     'Verbrauch nach Artikel'),
    ('others',                  'Others',                'Overige',                 'Autres',                    'Sonstige'),
    ('per_month',               'By month',              'Per maand',               'Par mois',                  'Nach Monaten'),
    ('movements',               'Movements',             'Mutaties',                'Mouvements',                'Bewegungen'),
    ('no_movements',            'No movements in this period.', 'Geen mutaties in deze periode.',
     'Aucun mouvement pendant cette période.', 'Keine Bewegungen in diesem Zeitraum.'),
    ('no_credits',              'There are no credits.', 'Er is geen tegoed.',      'Aucun crédit.',
     'Es gibt kein Guthaben.'),
    ('date',                    'Date',                  'Datum',                   'Date',                      'Datum'),
    ('document',                'Document',              'Document',                'Document',                  'Beleg'),
    ('article',                 'Article',               'Artikel',                 'Article',                   'Artikel'),
    ('quantity',                'Credits',               'Aantal',                  'Crédits',                   'Menge'),
    ('balance',                 'Balance',               'Saldo',                   'Solde',                     'Saldo'),
    ('month',                   'Month',                 'Maand',                   'Mois',                      'Monat'),
    ('left_now',                'Left',                  'Resterend',               'Solde restant',             'Restguthaben'),
    ('lasts_until',             'at the pace of recent months, until about',
     'bij het verbruik van de laatste maanden toereikend tot ongeveer', 'au rythme des derniers mois, jusqu''aux environs du',
     'reicht beim Verbrauch der letzten Monate voraussichtlich bis etwa'),
    ('below_alarm',             'Below the alarm level', 'Onder het minimumsaldo',  'Sous le seuil d''alerte',
     'Unter der Warngrenze'),
    ('made_on',                 'Made on',               'Opgemaakt op',            'Établi le',                 'Erstellt am'),
    ('portfolio',               'Portfolio of credits',  'Overzicht klanttegoeden', 'Crédits prépayés des clients',
     'Kundenguthaben'),
    ('customer',                'Customer',              'Klant',                   'Client',                    'Kunde'),
    ('customers',               'Customers',             'Klanten',                 'Clients',                   'Kunden'),
    ('open',                    'Open',                  'Openstaand',              'Restants',                  'Offen'),
    ('open_value',              'Value',                 'Waarde',                  'Valeur',                    'Wert'),
    ('last_12_months',          'Last 12 months',        'Laatste 12 maanden',      'Les 12 derniers mois',
     'Letzte 12 Monate'),
    ('last_booked_on',          'Last movement',         'Laatste mutatie',         'Dernier mouvement',
     'Letzte Bewegung'),
    ('kind_invoice',            'Invoice',               'Factuur',                 'Facture',                   'Rechnung'),
    ('kind_delivery_note',      'Delivery note',         'Leveringsbon',            'Bon de livraison',          'Lieferschein'),
    ('kind_cash_sale',          'Cash sale',             'Contante verkoop',        'Vente au comptant',         'Barverkauf'),
    ('kind_service_report',     'Service report',        'Werkbon',                 'Rapport d''intervention',
     'Servicebericht'),
    ('kind_helpdesk',           'Helpdesk case',         'Helpdeskoproep',          'Demande d''assistance',      'Supportfall'),
    ('kind_event',              'Event',                 'Evenement',               'Événement',                 'Veranstaltung'),
    ('kind_other',              'Other document',        'Ander document',          'Autre document',            'Anderer Beleg'),
    ('kind_manual',             'By hand',               'Handmatig',               'Saisie manuelle',
     'Manuell erfasst'),
    ('kind_opening_balance',    'Taken over',            'Overgenomen saldo',       'Reprise de solde',
     'Saldoübernahme'),
    ('kind_sale',               'Bought',                'Aankoop',                 'Achat',                     'Kauf'),
    ('kind_sale_change',        'Purchase changed',      'Wijziging aankoop',       'Modification d''achat',      'Kaufänderung'),
    ('kind_credit_note',        'Credit note',           'Creditnota',              'Avoir',
     'Rechnungskorrektur'),
    ('kind_consumption',        'Used',                  'Verbruik',                'Utilisation',               'Verbrauch'),
    ('kind_consumption_change', 'Use changed',           'Wijziging verbruik',      'Modification d''utilisation',
     'Verbrauchskorrektur'),
    ('kind_return',             'Returned',              'Teruggave',               'Restitution',               'Rückgabe')
    ) AS shipped (name, en, nl, fr, de)
CROSS JOIN LATERAL (VALUES ('en', en), ('nl', nl), ('fr', fr), ('de', de)) AS translation (language, text);

CREATE FUNCTION credits._texts_of(language text) RETURNS jsonb
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    SELECT jsonb_object_agg(chosen.name, chosen.text)
    FROM (SELECT DISTINCT ON (t.name) t.name, t.text
          FROM credits.page_text AS t
          WHERE t.language IN (_texts_of.language, 'en')
          ORDER BY t.name, t.language = _texts_of.language DESC, t.is_own DESC) AS chosen;
END;
COMMENT ON FUNCTION credits._texts_of(text) IS
'All texts of a language by their names, own ones first; English ones where it has none.';

-- nl-BE and nl_BE are read as nl where there are no texts for them.
CREATE FUNCTION credits._language_of_page(wanted text, language text) RETURNS text
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    found CONSTANT text := (
        SELECT candidate.language
        FROM unnest(ARRAY[wanted, lower(regexp_replace(wanted, '[-_].*', '')), language,
                          lower(regexp_replace(language, '[-_].*', '')), 'en'])
            WITH ORDINALITY AS candidate (language, place)
        WHERE candidate.language IN (SELECT page_text.language FROM credits.page_text)
          AND (wanted IS NULL OR place <= 2)
        ORDER BY place
        LIMIT 1);
BEGIN
    IF found IS NULL THEN
        RAISE EXCEPTION 'there are no texts in language "%"', wanted
            USING ERRCODE = 'invalid_parameter_value',
                  DETAIL = 'There are texts in: '
                      || (SELECT string_agg(DISTINCT page_text.language, ', ' ORDER BY page_text.language) FROM credits.page_text)
                      || '.',
                  HINT = 'Add them to credits.page_text.';
    END IF;
    RETURN found;
END
$$;
COMMENT ON FUNCTION credits._language_of_page(text, text) IS
'The language to use: the one that is wanted, else the customer''s if there are texts in it, else English.
22023 for a wanted one without texts.';

CREATE FUNCTION credits._localised(template text, texts jsonb) RETURNS text
LANGUAGE sql IMMUTABLE
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    SELECT string_agg(part.literal || coalesce(replace(credits._escaped(texts ->> tag.name), '{', '&#123;'), tag.name, ''),
                      '' ORDER BY part.place)
    FROM regexp_split_to_table(template, '\[\[[a-z0-9_]+\]\]') WITH ORDINALITY AS part (literal, place)
    LEFT JOIN (SELECT tags.match[1] AS name, tags.place
               FROM regexp_matches(template, '\[\[([a-z0-9_]+)\]\]', 'g') WITH ORDINALITY AS tags (match, place)) AS tag
               USING (place);
END;
COMMENT ON FUNCTION credits._localised(text, jsonb) IS
'A template with the texts in the places of their tags. Tags of values in a text are text.';

CREATE FUNCTION credits._written(value numeric, texts jsonb) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE -- without settings of its own, to be inlined
RETURN CASE WHEN value < 0 THEN '-' ELSE '' END
       || replace(to_char(trunc(abs(value)), 'FM999,999,999,999,999,990'), ',', texts ->> 'group_separator')
       || CASE WHEN scale(value) > 0 THEN (texts ->> 'decimal_separator') || split_part(value::text, '.', 2) ELSE '' END;
COMMENT ON FUNCTION credits._written(numeric, jsonb) IS
'A number as people of the language write it, with the decimals that it has.';

CREATE FUNCTION credits._written(day date, texts jsonb) RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE -- without settings of its own, to be inlined
RETURN credits._dated(day, texts ->> 'date_format');
COMMENT ON FUNCTION credits._written(date, jsonb) IS
'A day as people of the language write it.';
