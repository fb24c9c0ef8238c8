# Two files of what|ms, of a ledger and of one with ten times its entries: a table with the exponent of growth, and what is to be
# reached in the larger one.
BEGIN {
    goal["verify"] = " 8000 3000"
    goal["portfolio_as_of / bare"] = " 3 1.5"
    goal["history of BIG, newest 100"] = " 10"
    goal["history_of BIG, newest 100"] = " 10"
    goal["statement_html of BIG, 1 200 movements"] = " 150"
    of_large["verify"] = " 80000 30000"
    of_large["budget"] = " 10000 linear"
    of_large["consumption_by_month"] = " 8000 linear"
}
FNR == NR { few[$1] = $2; next }
FNR == 1 {
    is_large = FILENAME ~ /10000000$/
    size = FILENAME
    sub(/.*\./, "", size)
    printf "\n%-44s %12s %12s %9s %8s %10s\n", "Reports, ms", size / 10 " entries", size " entries", "exponent", "due", "moonshot"
}
{ print_row($1, few[$1], $2) }
$1 == "portfolio_as_of" { portfolio[1] = few[$1]; portfolio[2] = $2 }
$1 ~ /^bare/ { print_row("portfolio_as_of / bare", portfolio[1] / few[$1], portfolio[2] / $2) }
function print_row(what, a, b,    goals) {
    split(is_large && what in of_large ? of_large[what] : goal[what], goals, " ")
    printf "  %-42s %12.1f %12.1f %9.2f %8s %10s\n", what, a, b, log(b / a) / log(10), goals[1], goals[2]
}
