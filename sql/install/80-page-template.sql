-- Pages are made of templates and texts, both data: HTML with some of Mustache's tags, and words by language.
--   {{name}}            the value, escaped for HTML: whatever a customer is called, it is text
--   {{&name}}           the value as it is: HTML that was made here
--   {{#name}}...{{/name}} once for each element of a list, or once if the value is there; within a list's part,
--                         names are the element's
--   {{^name}}...{{/name}} if the value is not there, or the list is empty
--   [[name]]            a text in the language of the page, from page_text

CREATE TABLE credits.page_template (
    name     text    NOT NULL,
    is_own   boolean NOT NULL DEFAULT true,
    template text    NOT NULL,
    PRIMARY KEY (name, is_own)
);
COMMENT ON TABLE credits.page_template IS
'The HTML of the pages, with tags in the manner of Mustache:
- {{name}}: a value
- {{#name}}...{{/name}}: a part per element
- [[name]]: a text of page_text
A row of one''s own takes the place of the one that comes with the extension.
Changed by credits_management.';
COMMENT ON COLUMN credits.page_template.name     IS 'statement or portfolio';
COMMENT ON COLUMN credits.page_template.is_own   IS 'false for those that come with the extension';
COMMENT ON COLUMN credits.page_template.template IS 'a whole HTML page';
SELECT pg_catalog.pg_extension_config_dump('credits.page_template', 'WHERE is_own');

CREATE FUNCTION credits._escaped(value text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE -- without settings of its own, to be inlined
RETURN replace(replace(replace(replace(replace(value, '&', '&amp;'), '<', '&lt;'), '>', '&gt;'), '"', '&quot;'), '''', '&#39;');
COMMENT ON FUNCTION credits._escaped(text) IS
'The value as text of an HTML page, or within a quoted attribute.';

-- The template is taken apart once for all elements of the list.
CREATE FUNCTION credits._filled(template text, list jsonb) RETURNS text
LANGUAGE sql IMMUTABLE
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    WITH part AS MATERIALIZED (
        SELECT literals.place, literals.literal, tags.match[1] AS raw, tags.match[2] AS name
        FROM regexp_split_to_table(template, '\{\{&?[a-z0-9_]+\}\}') WITH ORDINALITY AS literals (literal, place)
        LEFT JOIN regexp_matches(template, '\{\{(&?)([a-z0-9_]+)\}\}', 'g') WITH ORDINALITY AS tags (match, place) USING (place)
    )
    SELECT string_agg(filled.text, '' ORDER BY element.place)
    FROM jsonb_array_elements(list) WITH ORDINALITY AS element (data, place)
    CROSS JOIN LATERAL (
        SELECT string_agg(concat(part.literal, CASE part.raw WHEN '' THEN credits._escaped(element.data ->> part.name)
                                                             ELSE element.data ->> part.name END), '' ORDER BY part.place) AS text
        FROM part) AS filled;
END;
COMMENT ON FUNCTION credits._filled(text, jsonb) IS
'A template without parts, once for each element of an array, with its values in the places of their tags. Values are not '
'looked at for tags.';

CREATE FUNCTION credits._rendered(template text, data jsonb) RETURNS text
LANGUAGE plpgsql IMMUTABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    page  text[] := '{}';
    rest  text := template;
    tag   text[]; -- the whole tag, # or ^, name
    start integer;
    stop  integer;
    part  text;
    value jsonb;
BEGIN
    LOOP
        tag := regexp_match(rest, '(\{\{([#^])([a-z0-9_]+)\}\})');
        EXIT WHEN tag IS NULL;
        start := strpos(rest, tag[1]);
        stop := strpos(rest, format('{{/%s}}', tag[3]));
        IF stop < start THEN
            RAISE EXCEPTION 'part "%" of a page template has no end', tag[3]
                USING ERRCODE = 'invalid_parameter_value', HINT = format('Close it with {{/%s}}.', tag[3]);
        END IF;
        part := substr(rest, start + length(tag[1]), stop - start - length(tag[1]));
        page := page || credits._filled(left(rest, start - 1), jsonb_build_array(data));
        rest := substr(rest, stop + length(tag[3]) + 5);
        value := nullif(nullif(nullif(data -> tag[3], 'null'), 'false'), '[]');
        IF tag[2] = '^' THEN
            page := page || CASE WHEN value IS NULL THEN credits._rendered(part, data) END;
        ELSIF jsonb_typeof(value) = 'array' AND part !~ '\{\{[#^]' THEN
            page := page || credits._filled(part, value);
        ELSIF jsonb_typeof(value) = 'array' THEN
            page := page || (SELECT string_agg(credits._rendered(part, element), '' ORDER BY place)
                             FROM jsonb_array_elements(value) WITH ORDINALITY AS list (element, place));
        ELSIF value IS NOT NULL THEN
            page := page || credits._rendered(part, CASE jsonb_typeof(value) WHEN 'object' THEN value ELSE data END);
        END IF;
    END LOOP;
    RETURN array_to_string(page || credits._filled(rest, jsonb_build_array(data)), '');
END
$$;
COMMENT ON FUNCTION credits._rendered(text, jsonb) IS
'The page, or the part of one, that a template makes of values. 22023 for a part without an end.';

CREATE FUNCTION credits._template_named(name text) RETURNS text
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
RETURN (SELECT page_template.template FROM credits.page_template WHERE page_template.name = _template_named.name
        ORDER BY page_template.is_own DESC LIMIT 1);
COMMENT ON FUNCTION credits._template_named(text) IS
'The template of a page, one''s own first.';
