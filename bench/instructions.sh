# shellcheck shell=bash disable=SC2154 # $server and $PGDATABASE are those of test/lib/server.sh
# Instructions per line, counted by valgrind: they do not drift with the machine. To be sourced; the server is stopped meanwhile.
# Server side only: a DO loop of single-row inserts in a single-user server, the difference between 1 300 and 300 of them.

measure_instructions() {
    local bare credits plpgsql
    as_server "$(server_bin)/pg_ctl" -D "$server/data" -m fast -s -w stop
    printf '\n%-54s %11s %11s\n' 'Instructions' 'per line' 'over bare'
    bare=$(instructions erp_bare consumption)
    instructions_row 'bare insert (two indexes, one foreign key)' "$bare"
    credits=$(instructions erp_credits consumption)
    instructions_row 'credits' "$credits" 'target <= 160000 over bare'
    plpgsql=$(instructions erp_plpgsql consumption)
    instructions_row 'PL/pgSQL' "$plpgsql"
    instructions_row 'credits, other article' "$(instructions erp_credits other_article)"
    instructions_row 'credits, other customer' "$(instructions erp_credits other_customer)"
    printf '  %-52s %11s %9.2f x  target <= 0.3\n' 'overhead of credits / overhead of PL/pgSQL' '' \
        "$((100 * (credits - bare) / (plpgsql - bare)))e-2"
    as_server "$(server_bin)/pg_ctl" -D "$server/data" -l "$server/log" -s -w start
}

# instructions_row WHAT INSTRUCTIONS [TARGET]
instructions_row() {
    printf '  %-52s %11d %11d  %s\n' "$1" "$2" $(($2 - bare)) "${3:-}"
}

# instructions ERP LINES: prints the instructions per line.
instructions() {
    local few many
    few=$(count_instructions "$1" "$2" 300)
    many=$(count_instructions "$1" "$2" 1300)
    echo $(((many - few) / 1000))
}

# count_instructions ERP LINES COUNT: inserts that many lines, each of another document, and prints all instructions of the
# server.
count_instructions() {
    local counted=$server/callgrind.out
    as_server valgrind --tool=callgrind --callgrind-out-file="$counted" \
        "$(server_bin)/postgres" --single -j -D "$server/data" "$PGDATABASE" >"$server/single.log" 2>&1 <<SQL
DO \$\$
DECLARE
    line record;
BEGIN
    FOR line IN SELECT invoice_id, article FROM bench.$2 WHERE n % 10 = 0 LIMIT $3 LOOP
        INSERT INTO $1.invoice_line (invoice_id, article, quantity, unit_price, amount)
        VALUES (line.invoice_id, line.article, 2, 0, 0);
    END LOOP;
END \$\$;
SQL
    if grep -E 'ERROR|FATAL|PANIC' "$server/single.log" >&2; then return 1; fi
    awk '/^(summary|totals):/ { print $2; exit }' "$counted"
}

# as_server PROGRAM [ARGUMENT]...: PostgreSQL refuses root.
as_server() {
    if ((EUID == 0)); then (cd "$server" && runuser -u postgres -- "$@"); else "$@"; fi
}

server_bin() { "${PG_CONFIG:-pg_config}" --bindir; }
