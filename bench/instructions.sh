# shellcheck shell=bash disable=SC2154 # $server and $PGDATABASE are those of test/lib/server.sh
# Instructions per line, counted by valgrind: they do not drift with the machine. To be sourced; the server is stopped meanwhile.
# Server side only: what bench/instructions/*.sql does in a single-user server, the difference between doing it more often and
# less often.

measure_instructions() {
    local bare credits plpgsql
    as_server "$(server_bin)/pg_ctl" -D "$server/data" -m fast -s -w stop
    instructions_heading 'Instructions per line'
    bare=$(instructions line erp_bare consumption 300 1300)
    credits=$(instructions line erp_credits consumption 300 1300)
    plpgsql=$(instructions line erp_plpgsql consumption 300 1300)
    instructions_row 'one line: bare (two indexes, one foreign key)' "$bare" 0
    instructions_row 'one line' "$credits" "$bare" 130000 100000
    instructions_row 'one line: PL/pgSQL' "$plpgsql" "$bare"
    printf '  %-54s %11s %11s %10s %10s\n' 'overhead / that of PL/pgSQL' '' \
        "$(awk "BEGIN { printf \"%.2f\", ($credits - $bare) / ($plpgsql - $bare) }") x" 0.25 0.2
    instructions_row 'one line, other article' "$(instructions line erp_credits other_article 300 1300)" "$bare"
    instructions_row 'one line, other customer' "$(instructions line erp_credits other_customer 300 1300)" "$bare"
    compare_instructions 'one line, checked at commit' commit erp_checked consumption 300 1300 1 220000 150000
    instructions_row 'one line, own origin table, over none' "$(instructions line erp_chained consumption 300 1300)" \
        "$(instructions line erp_unchained consumption 300 1300)" 25000 10000
    compare_instructions 'a sale' sale erp_credits - 300 1300
    compare_instructions 'an edit' edit erp_credits - 200 1200
    compare_instructions 'a deletion' deletion erp_credits - 200 700
    compare_instructions 'posting 3 lines' posting erp_credits 4000000 50 250 3 95000 70000
    compare_instructions 'posting 300 lines' posting erp_credits 5000000 1 4 300
    compare_instructions '12 500 lines at once, documents scattered' bulk erp_credits - 2500 12500 1 52000 32000
    as_server "$(server_bin)/pg_ctl" -D "$server/data" -l "$server/log" -s -w start
}

instructions_heading() { printf '\n%-56s %11s %11s %10s %10s\n' "$1" 'in all' 'over bare' 'due' 'moonshot'; }

# instructions_row WHAT INSTRUCTIONS BARE [DUE MOONSHOT]
instructions_row() { printf '  %-54s %11d %11d %10s %10s\n' "$1" "$2" $(($2 - $3)) "${4:-}" "${5:-}"; }

# compare_instructions WHAT CASE ERP LINES FEW MANY [LINES-PER-ROUND [DUE MOONSHOT]]: a row, over the same without triggers.
compare_instructions() {
    local lines_per_round=${7:-1} of_it bare
    of_it=$(instructions "${@:2:5}")
    bare=$(instructions "$2" erp_bare "${@:4:3}")
    instructions_row "$1" $((of_it / lines_per_round)) $((bare / lines_per_round)) "${@:8}"
}

# instructions CASE ERP LINES FEW MANY: prints the instructions of each of the rounds by which MANY are more than FEW.
instructions() {
    local few many
    few=$(count_instructions "$1" "$2" "$3" "$4")
    many=$(count_instructions "$1" "$2" "$3" "$5")
    echo $(((many - few) / ($5 - $4)))
}

# count_instructions CASE ERP LINES COUNT: prints all instructions of a server that does so much.
count_instructions() {
    local counted=$server/callgrind.out
    sed "s/:erp/$2/g; s/:lines/$3/g; s/:count/$4/g; /^--/d" "bench/instructions/$1.sql" |
        as_server valgrind --tool=callgrind --callgrind-out-file="$counted" \
            "$(server_bin)/postgres" --single -j -D "$server/data" "$PGDATABASE" >"$server/single.log" 2>&1
    if grep -E 'ERROR|FATAL|PANIC' "$server/single.log" >&2; then return 1; fi
    awk '/^(summary|totals):/ { print $2; exit }' "$counted"
}

# as_server PROGRAM [ARGUMENT]...: PostgreSQL refuses root.
as_server() {
    if ((EUID == 0)); then (cd "$server" && runuser -u postgres -- "$@"); else "$@"; fi
}

server_bin() { "${PG_CONFIG:-pg_config}" --bindir; }
