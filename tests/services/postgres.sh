#!/usr/bin/env bash
# postgres.sh PROGRAMS FOLDER PORT: a new, empty PostgreSQL in FOLDER on loopback, in the foreground until SIGINT.
# As user `astra`, without a password. Nothing in it outlives the run, so it never waits for the disk.
set -euo pipefail
programs=$1 folder=$2 port=$3

# PostgreSQL refuses to run as root, and its user may not be able to look into root's home: it gets a copy.
mkdir -p "$folder"
as=()
if [ "$(id -u)" = 0 ]; then
  id postgres >/dev/null 2>&1 || useradd --system --no-create-home --user-group postgres
  cp -r "$programs" "$folder/programs"
  programs=$folder/programs
  chown -R postgres:postgres "$folder"
  as=(setpriv --reuid=postgres --regid=postgres --init-groups)
fi
programs=$programs/pgserver/pginstall/bin
cd "$folder"
"${as[@]}" "$programs/initdb" --pgdata "$folder/data" --username astra --auth trust --encoding UTF8 --locale C.UTF-8 \
  --no-sync --no-instructions >/dev/null
exec "${as[@]}" setpriv --pdeathsig INT "$programs/postgres" -D "$folder/data" -p "$port" \
  -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c fsync=off -c synchronous_commit=off \
  -c full_page_writes=off -c max_connections=300
