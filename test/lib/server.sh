# shellcheck shell=bash
# A throwaway PostgreSQL server that knows this tree's extension, without installing anything in the system.
# To be sourced, by bash under `set -euo pipefail`. Owns $scratch, a folder that lives until the script ends, and in it the copied
# and built tree, the stage that it is installed in, and the server's folder. As root the server runs as user postgres.

umask 022 # the server's user must be able to read what was made
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
scratch=$(mktemp -d "${TMPDIR:-/tmp}/credits.XXXXXXXX")
chmod 755 "$scratch"
tree=$scratch/tree
stage=${CREDITS_STAGE:-$scratch/stage} # a caller that has built the extension says where
kept=                                  # see choose_kept
server=
trap 'stop_server; rm -rf "$scratch"' EXIT

# Copies the sources once, so that two runs never clash, nothing is left among them, and an edit meanwhile changes nothing.
copy_tree() {
    [[ ! -d $tree ]] || return 0
    mkdir "$tree"
    local name
    local -a built=()
    for name in ./.git ./build './credits-*' './src/*.list' ./test/isolation/specs ./results ./output_iso './regression.*' \
        '*.o' '*.bc' '*.so' '*.d'; do
        built+=(--exclude="$name")
    done
    tar -C "$root" "${built[@]}" -cf - . | tar -C "$tree" --no-same-owner -xf -
    (cd "$tree" && find . -type f -print0 | LC_ALL=C sort -z | xargs -0 sha256sum) >"$scratch/sums"
}

# Builds the copy and installs it in $stage.
build_extension() {
    copy_tree
    [[ -z ${CREDITS_STAGE:-} && ! -e $stage/complete ]] || return 0
    in_kept_tree _build_and_install
    touch "$stage/complete"
}

# in_kept_tree COMMAND...: runs it where what is built stays from run to run: $kept/tree, brought up to the copy of this run,
# which one run at a time may use. So what has not changed is not built again.
in_kept_tree() {
    copy_tree
    choose_kept
    (
        ((EUID != 0)) || trap 'chown -R --reference="$root" "$kept"' EXIT
        flock 9
        _update_kept_tree
        "$@" 9>&-
    ) 9>"$kept/lock"
}

_build_and_install() {
    make -C "$kept/tree" -s -j"$(nproc)" all >&2
    make -C "$kept/tree" -s install DESTDIR="$stage" >&2
}

# Finds the folder that is kept: below build/, one for each major version, or in $scratch where nobody may write there.
choose_kept() {
    local version
    [[ -z $kept ]] || return 0
    version=$("${PG_CONFIG:-pg_config}" --version)
    version=${version#PostgreSQL }
    kept=$root/build/test/${version%%[!0-9]*}
    if { mkdir -p "$kept/tree" && : >>"$kept/lock" && : >>"$kept/sums"; } 2>/dev/null; then
        ((EUID != 0)) || chown --reference="$root" "$root/build" "$root/build/test" # root in somebody's tree
    else
        kept=$scratch/kept
        mkdir -p "$kept/tree"
        touch "$kept/sums"
    fi
}

# By contents, not by times: a file that has changed becomes younger than all that was built of it, and no other one does.
_update_kept_tree() {
    ! cmp -s "$scratch/sums" "$kept/sums" || return 0
    LC_ALL=C comm -13 <(LC_ALL=C sort "$kept/sums") <(LC_ALL=C sort "$scratch/sums") | cut -c 67- >"$scratch/changed"
    LC_ALL=C comm -23 <(cut -c 67- "$kept/sums") <(cut -c 67- "$scratch/sums") >"$scratch/gone"
    : >"$kept/sums" # an interrupted update is made again, whole
    (cd "$kept/tree" && xargs -r -d '\n' rm -f) <"$scratch/gone"
    tar -C "$tree" -cf - --verbatim-files-from -T "$scratch/changed" | tar -C "$kept/tree" --no-same-owner -xmf -
    cp "$scratch/sums" "$kept/sums"
}

# start_server [-o NAME=VALUE]...: starts a new server with these settings on a free port and waits until it is ready. It loads
# the libraries that $CREDITS_PRELOAD names before its own, as the sanitizers want it (test/sanitised).
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
    LD_PRELOAD=${CREDITS_PRELOAD:-} _as_server pg_ctl -D "$server/data" -l "$server/log" -s -w start ||
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
