#!/bin/bash
# Runs a command with DATABASE_URL naming a PostgreSQL of its own, gone afterwards: tests/with_postgres.sh CMD…
set -euo pipefail
[ $# -gt 0 ] || { echo "usage: $0 command …" >&2; exit 2; }

# Debian keeps the server's programs out of PATH; the newest release wins.
programs=$(compgen -G '/usr/lib/postgresql/*/bin' | sort --version-sort | tail -n 1 || true)
[ -n "$programs" ] || programs=$(dirname "$(readlink -f "$(command -v initdb)")")

# The server refuses to run as root.
as_owner=()
if [ "$(id -u)" = 0 ]; then
    owner=$(id -u postgres 2>/dev/null || echo 65534)
    group=$(id -g postgres 2>/dev/null || echo 65534)
    as_owner=(setpriv "--reuid=$owner" "--regid=$group" --clear-groups)
fi

# In /tmp whatever TMPDIR says: the owner must reach it, and the path of a socket is short.
place=$(mktemp -d /tmp/portal-postgres.XXXXXX)
remove() {
    if [ -f "$place/data/postmaster.pid" ]; then
        server stop --mode immediate >/dev/null || true
    fi
    rm -rf "$place"
}
trap remove EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# From /, because the owner may not enter the directory of the caller.
server() {
    (cd / && "${as_owner[@]}" "$programs/pg_ctl" --pgdata "$place/data" --silent "$@")
}

password=$(python3 -c 'import secrets; print(secrets.token_hex(16))')
port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
echo "$password" >"$place/password"
[ ${#as_owner[@]} -eq 0 ] || chown -R "$owner:$group" "$place"

(cd / && "${as_owner[@]}" "$programs/initdb" --pgdata "$place/data" --username portal --pwfile "$place/password" \
    --auth scram-sha-256 --encoding UTF8 --locale C.UTF-8 --no-sync) >"$place/initdb.log" 2>&1 \
    || { cat "$place/initdb.log" >&2; exit 1; }

# Nothing here has to survive a power cut, or to be kept tidy for months: without, tests take half the time.
server start --wait --log "$place/log" --options "-p $port -c listen_addresses=127.0.0.1 \
    -c unix_socket_directories=$place -c max_connections=200 -c fsync=off -c synchronous_commit=off \
    -c full_page_writes=off -c wal_level=minimal -c max_wal_senders=0 -c max_wal_size=4GB -c shared_buffers=256MB \
    -c autovacuum=off -c jit=off" </dev/null || { cat "$place/log" >&2; exit 1; }

status=0
DATABASE_URL="postgres://portal:$password@127.0.0.1:$port/postgres" "$@" || status=$?
exit "$status"
