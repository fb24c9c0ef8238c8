#!/usr/bin/env bash
# Waits for alarms of credits and prints a line for each, once: where it prints, mail.
#
#     PGHOST=erp PGDATABASE=erp PGUSER=mailer ./listen.sh
#
# The role needs credits_reader. psql shows notifications when it has run a command, so it runs one every few seconds. A
# notification only wakes this up: what to tell is read from credits.alarm, so that nothing is missed while it was away.
set -euo pipefail

interval=${1:-5} # seconds
told=$(mktemp)
trap 'rm -f "$told" "$told.new"' EXIT

# Prints a line per alarm under way.
alarms() {
    psql -X -q -A -t -w -v ON_ERROR_STOP=1 -c "
        SELECT format('customer %s (%s) has %s credits of type %s left, alarm level %s, since %s',
                      alarm.customer, customer.name, alarm.balance, type_code, alarm_level, raised_at)
        FROM credits.alarm LEFT JOIN credits.customer USING (customer)
        WHERE cleared_at IS NULL" | LC_ALL=C sort
}

mail_new() {
    alarms >"$told.new" || return 0
    LC_ALL=C comm -13 "$told" "$told.new" | sed 's/^/To: account manager; Subject: /'
    mv "$told.new" "$told" # one that was cleared may come again
}

# Prints a line when it listens, and one per notification, until the connection breaks.
listen() {
    {
        echo "LISTEN credits_alarm; SELECT 'listening';"
        while sleep "$interval"; do echo 'SELECT WHERE false;'; done
    } | psql -X -q -A -t -w -v ON_ERROR_STOP=1
}

while true; do
    { listen || true; } | while read -r; do mail_new; done
    sleep "$interval"
done
