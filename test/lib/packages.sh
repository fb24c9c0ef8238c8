# shellcheck shell=bash
# What the commands of this project need from Debian: finds what is missing and installs only that.
# To be sourced, by bash under `set -euo pipefail`.

# Prints the major version of the PostgreSQL to build for: that of pg_config, or else the one that Debian 12 has.
pg_major() {
    local version
    version=$("${PG_CONFIG:-pg_config}" --version 2>/dev/null) || version='PostgreSQL 15'
    version=${version#PostgreSQL }
    echo "${version%%[!0-9]*}"
}

# The packages that build the extension and run a server with it, one per line.
server_packages() {
    printf '%s\n' "postgresql-$(pg_major)" "postgresql-server-dev-$(pg_major)" g++ make
}

# Installs those of the named packages that are not there: as root or with sudo.
# With neither it prints the line that somebody else has to type, and ends the script. Asks the network nothing when all is there.
need_packages() {
    local -a missing as_root=()
    command -v dpkg-query >/dev/null || return 0 # no Debian: what is missing will say so itself
    mapfile -t missing < <(_missing_packages "$@")
    ((${#missing[@]})) || return 0

    local -a install=(apt-get install -y --no-install-recommends "${missing[@]}")
    if ((EUID != 0)); then
        if ! { command -v sudo && sudo -v; } >/dev/null 2>&1; then
            printf 'This needs packages that only root can install:\n\n  %s\n\n' "${install[*]}" >&2
            exit 1
        fi
        as_root=(sudo)
    fi
    as_root+=(env DEBIAN_FRONTEND=noninteractive)
    printf 'installing %s\n' "${missing[*]}" >&2
    _quietly "${as_root[@]}" apt-get -qq update
    _quietly "${as_root[@]}" "${install[@]}" -qq -o DPkg::Lock::Timeout=300
}

# Runs a command whose many lines interest nobody unless it fails.
_quietly() {
    local output
    output=$("$@" 2>&1 </dev/null) || { printf '%s\n' "$output" >&2 && exit 1; }
}

_missing_packages() {
    comm -23 <(printf '%s\n' "$@" | LC_ALL=C sort -u) \
        <(dpkg-query -W -f '${Package} ${db:Status-Status}\n' "$@" 2>/dev/null | sed -n 's/ installed$//p' | LC_ALL=C sort -u)
}
