# shellcheck shell=bash disable=SC2154,SC2164 # names that server.sh and elsewhere.sh share with this; whoever sources it sets -e
# The server of this system's major that checks its own assertions: Debian's source package, configured with --enable-cassert, in
# the user's cache, credits/asserted/15: built once, in ten minutes of one core; remove it to have it built of today's.
# To be sourced after elsewhere.sh.

major=$(pg_major)
folder=$cache/asserted/$major

# Prints where the sources of Debian's packages are: where this system has its packages from.
source_lists() {
    # shellcheck disable=SC2016 # for apt
    apt-get indextargets --format \
        'deb-src [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $(REPO_URI) $(RELEASE) $(COMPONENT)' \
        'Created-By: Packages' | sort -u
}

# Fetches the newest source package that is there, for a mirror may lag behind, unpacked to the folder source below the current
# one. Apt's own lists stay as they are. Of Debian's patches it has the one that tests need: others would
# install it into the system's folders.
get_source() {
    local -a options=(-o "Dir::Etc::SourceList=$PWD/apt/sources.list" -o Dir::Etc::SourceParts=/dev/null
        -o "Dir::State::Lists=$PWD/apt/lists" -o APT::Sandbox::User=root -qq)
    local version
    mkdir -p apt/lists/partial source
    source_lists >apt/sources.list
    apt-get "${options[@]}" update
    for version in $(apt-cache "${options[@]}" showsrc "postgresql-$major" | sed -n 's/^Version: //p' | sort -rV); do
        ! apt-get "${options[@]}" source --download-only "postgresql-$major=$version" || break
    done
    tar -xf "postgresql-${major}_"*.orig.tar.* --strip-components=1 -C source
    tar -xf "postgresql-${major}_"*.debian.tar.* -C source
    patch -d source -p1 -s <source/debian/patches/extension_destdir
}

build_server() (
    rm -rf "$folder.new" && mkdir -p "$folder.new" && cd "$folder.new"
    get_source
    cd source
    ./configure --prefix="$folder" --enable-cassert --enable-debug --without-readline --without-zlib CFLAGS='-O1 -g'
    make -s -j"$(nproc)"
    for part in . src/test/regress src/test/isolation contrib/citext; do
        make -s -C "$part" install DESTDIR="$folder.new/stage"
    done
    rm -rf "$folder"
    mv "$folder.new/stage$folder" "$folder"
    cp "$(pg_config --sharedir)"/extension/pgtap* "$("$folder/bin/pg_config" --sharedir)/extension"
    rm -rf "$folder.new"
)

# run_on_asserted_server NAME SUITE...: runs the suites of this tree there, from sources that are kept under that name, and
# counts. The server's user may not read everybody's cache: it runs from a copy, which finds its own files.
run_on_asserted_server() {
    need_packages "postgresql-$major-pgtap" bison flex perl make gcc libc6-dev patch
    [[ -f $folder/share/postgresql/extension/citext.control ]] || _quietly build_server # that a test uses
    cp -a "$folder" "$scratch/server"
    {
        flock 9
        copy_sources "$folder.$1"
        PG_CONFIG=$scratch/server/bin/pg_config count_run "$1" "$folder.$1/test/run" "${@:2}" 9>&-
    } 9>"$folder.$1.lock"
}
