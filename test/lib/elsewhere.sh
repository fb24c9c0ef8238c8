# shellcheck shell=bash disable=SC2034,SC2154 # names that server.sh and the sourcing script share with this
# Runs the suites of this tree on another PostgreSQL than this system's: from a copy of the sources that stays beside that one,
# with what was built of them. To be sourced after server.sh, by bash under `set -euo pipefail`. Needs $as_root, the command
# before others (an array), and $passed and $failed, which it adds to.

cache=${XDG_CACHE_HOME:-$HOME/.cache}/credits

# copy_sources FOLDER: the sources of this run, in place of those of the last one; what was built of those stays.
copy_sources() {
    copy_tree
    "${as_root[@]}" mkdir -p "$1"
    "${as_root[@]}" find "$1" -mindepth 1 -maxdepth 1 ! -name build -exec rm -rf {} +
    tar -C "$tree" -cf - . | "${as_root[@]}" tar -C "$1" --no-same-owner -xf -
}

# count_run NAME COMMAND...: runs a command that runs test/run, prints what that says, the name before each line, and counts.
count_run() {
    local run_passed=0 run_failed=1
    "${@:2}" 2>&1 | sed -u "s/^/$1  /" | tee "$scratch/$1.log" | sed -u '$d' || true
    read -r run_passed run_failed < <(sed -n "\$s/^$1  \([0-9]*\) passed, \([0-9]*\) failed\$/\1 \2/p" "$scratch/$1.log") ||
        tail -n 1 "$scratch/$1.log"
    passed=$((passed + run_passed))
    failed=$((failed + run_failed))
}
