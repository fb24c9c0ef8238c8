# shellcheck shell=bash
# A throwaway PostgreSQL server that knows this tree's extension, without installing anything in the system.
# To be sourced, by bash under `set -euo pipefail`. Owns $scratch, a folder that lives until the script ends, and in it the copied
# and built tree, the stage that it is installed in, and the server's folder. As root the server runs as user postgres.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
scratch=$(mktemp -d "${TMPDIR:-/tmp}/credits.XXXXXXXX")
chmod 755 "$scratch" # the server's user must be able to pass
tree=$scratch/tree
stage=${CREDITS_STAGE:-$scratch/stage} # a caller that has built the extension says where
server=
trap 'stop_server; rm -rf "$scratch"' EXIT

# Copies the sources once, so that two runs never clash, nothing is left among them, and an edit meanwhile changes nothing.
copy_tree() {
    [[ ! -d $tree ]] || return 0
    mkdir "$tree"
    tar -C "$root" --exclude=./.git --exclude=./build --exclude='*.o' --exclude='*.bc' --exclude='*.so' \
        --exclude='./credits--*.sql' -cf - . | tar -C "$tree" -xf -
}

# Builds the copy and installs it in $stage.
build_extension() {
    copy_tree
    [[ -z ${CREDITS_STAGE:-} ]] || return 0
    make -C "$tree" -s -j"$(nproc)" all >&2
    make -C "$tree" -s install DESTDIR="$stage" >&2
}

# start_server [-o NAME=VALUE]...: starts a new server with these settings on a free port and waits until it is ready.
# Exports PGHOST (the socket's folder; 127.0.0.1 works too), PGPORT, PGUSER and PGDATABASE. Fails with the server's log shown.
start_server() {
    local variable
    local -a settings=()
    while [[ ${1:-} == -o ]]; do settings+=("$2") && shift 2; done
    for variable in "${!PG@}"; do [[ $variable == PG_CONFIG ]] || unset "$variable"; done

    server=$(mktemp -d "$scratch/server.XXXX")
    chmod 755 "$server"
    ((EUID != 0)) || chown postgres "$server"
    export PGHOST=$server PGUSER=postgres PGDATABASE=postgres PGPORT
    PGPORT=$(_free_port)
    _as_server initdb -D "$server/data" -U postgres -A trust -N -E UTF8 --locale=C.UTF-8 >"$server/initdb.log" 2>&1 ||
        { cat "$server/initdb.log" >&2 && return 1; }
    _settings "${settings[@]}" >>"$server/data/postgresql.conf"
    _as_server pg_ctl -D "$server/data" -l "$server/log" -s -w start ||
        { cat "$server/log" >&2 && return 1; }
}

# Stops the server, if one runs, and removes its folder.
stop_server() {
    [[ -n $server ]] || return 0
    [[ ! -f $server/data/postmaster.pid ]] || _as_server pg_ctl -D "$server/data" -m immediate -s stop || true
    rm -rf "$server"
    server=
}

# Runs a server program as the user who may: PostgreSQL refuses root.
_as_server() {
    local program
    program=$("${PG_CONFIG:-pg_config}" --bindir)/$1
    (
        cd /
        if ((EUID == 0)); then runuser -u postgres -- "$program" "${@:2}"; else "$program" "${@:2}"; fi
    )
}

# Prints a configuration file: no waiting for the disk, the stage before the system's own files, then the caller's settings.
_settings() {
    local setting value quote="'"
    local -a stage_path=("extension_destdir=$stage") # Debian's own, up to PostgreSQL 17
    "$("${PG_CONFIG:-pg_config}" --bindir)/postgres" --describe-config | grep '^extension_destdir' >/dev/null ||
        stage_path=("extension_control_path=$stage$("${PG_CONFIG:-pg_config}" --sharedir):\$system")
    for setting in "port=$PGPORT" listen_addresses=127.0.0.1 "unix_socket_directories=$server" \
        fsync=off full_page_writes=off max_prepared_transactions=20 \
        "${stage_path[@]}" "dynamic_library_path=$stage$("${PG_CONFIG:-pg_config}" --pkglibdir):\$libdir" "$@"; do
        value=${setting#*=}
        printf "%s = '%s'\n" "${setting%%=*}" "${value//$quote/$quote$quote}"
    done
}

# Prints a port that nobody listens on, below the range that the kernel gives to outgoing connections.
_free_port() {
    local port
    while port=$((20000 + RANDOM % 12000)) && (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; do :; done
    echo "$port"
}
