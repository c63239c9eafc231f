#!/bin/bash
# A PostgreSQL server for tests, in a folder of its own: TLS on (certificate for localhost, from a CA made here), SCRAM
# passwords, 127.0.0.1 only, a free port, no fsync. PostgreSQL refuses to run as root: then it runs as `nobody`.
#
#   postgres.sh start DIR [PID]   makes the server in DIR when there is none, starts it, prints the URL of its database;
#                                 with PID: removes it all once that process has ended
#   postgres.sh stop DIR          stops it at once
#   postgres.sh sql DIR           runs the SQL on standard input as the superuser
#   postgres.sh remove DIR        stops it and deletes DIR
#
# Exit code 77: PostgreSQL is not installed.
set -euo pipefail

usage() { sed -n '2,11s/^# \{0,1\}//p' "$0" >&2; exit 2; }
[ $# -eq 2 ] || [ $# -eq 3 ] || usage
mkdir -p "$2"
readonly command=$1 folder=$(realpath "$2")
readonly data=$folder/data tls=$folder/tls

binaries=$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -1 || true)
[ -n "$binaries" ] && [ -x "$binaries/postgres" ] || { echo "postgres.sh: PostgreSQL is not installed" >&2; exit 77; }

as_server() {
  if [ "$(id -u)" = 0 ]; then setpriv --reuid=nobody --regid=nogroup --clear-groups env HOME="$folder" "$@"; else "$@"; fi
}

certificate_authority() {  # FILE NAME
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 30 -subj "/CN=$2" \
    -keyout "$tls/$1.key" -out "$tls/$1.pem" 2>/dev/null
}

make_certificates() {
  mkdir -p "$tls"
  certificate_authority ca "Test authority"
  certificate_authority other-ca "Another authority"
  openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj "/CN=localhost" \
    -keyout "$tls/server.key" -out "$tls/server.csr" 2>/dev/null
  openssl x509 -req -in "$tls/server.csr" -CA "$tls/ca.pem" -CAkey "$tls/ca.key" -CAcreateserial -days 30 \
    -extfile <(echo "subjectAltName=DNS:localhost") -out "$tls/server.pem" 2>/dev/null
  chmod 600 "$tls"/*.key
  chmod 644 "$tls"/*.pem
}

make_cluster() {
  chmod 755 "$folder"
  make_certificates
  mkdir -p "$data" "$folder/socket"
  openssl rand -hex 16 >"$folder/superuser-password"
  openssl rand -hex 16 >"$folder/password"
  if [ "$(id -u)" = 0 ]; then chown -R nobody:nogroup "$data" "$folder/socket" "$tls/server.key" "$folder/superuser-password"; fi
  (cd / && as_server "$binaries/initdb" -D "$data" -U postgres --auth=scram-sha-256 --encoding=UTF8 --locale=C.UTF-8 \
    --pwfile="$folder/superuser-password" --no-sync >"$folder/initdb.log")
  cat >>"$data/postgresql.conf" <<END
listen_addresses = '127.0.0.1'
unix_socket_directories = '$folder/socket'
ssl = on
ssl_cert_file = '$tls/server.pem'
ssl_key_file = '$tls/server.key'
password_encryption = 'scram-sha-256'
fsync = off
max_connections = 100
END
  cat >"$data/pg_hba.conf" <<END
local   all all              scram-sha-256
hostssl all all 127.0.0.1/32 scram-sha-256
END
  free_port >"$folder/port"
  launch
  sql <<END
CREATE ROLE redoubt LOGIN PASSWORD '$(cat "$folder/password")';
CREATE DATABASE redoubt OWNER redoubt;
END
}

free_port() {
  while :; do
    local port=$((20000 + RANDOM % 12000))
    (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null || { echo "$port"; return; }
  done
}

launch() {
  (cd / && as_server "$binaries/pg_ctl" -D "$data" -o "-p $(cat "$folder/port")" -l "$data/server.log" -w -t 30 start \
    >"$folder/start.log") || { cat "$folder/start.log" "$data/server.log" >&2; exit 1; }
}

running() { as_server "$binaries/pg_ctl" -D "$data" status >/dev/null 2>&1; }

stop() { if [ -d "$data" ] && running; then (cd / && as_server "$binaries/pg_ctl" -D "$data" -m immediate -w stop >/dev/null); fi; }

sql() {
  PGPASSWORD=$(cat "$folder/superuser-password") "$binaries/psql" -X -q -v ON_ERROR_STOP=1 -h "$folder/socket" \
    -p "$(cat "$folder/port")" -U postgres postgres
}

watch() {
  script=$(realpath "$0")
  setsid bash -c 'while kill -0 "$1" 2>/dev/null; do sleep 1; done; [ ! -d "$3" ] || "$2" remove "$3"' \
    watch "$1" "$script" "$folder" </dev/null >/dev/null 2>&1 &
}

case $command in
  start)
    if [ $# -eq 3 ]; then watch "$3"; fi
    if [ ! -s "$folder/port" ]; then make_cluster; elif ! running; then launch; fi
    echo "postgresql://redoubt:$(cat "$folder/password")@localhost:$(cat "$folder/port")/redoubt?sslmode=verify-full&sslrootcert=$tls/ca.pem"
    ;;
  stop) stop ;;
  sql) sql ;;
  remove) stop; rm -rf "$folder" ;;
  *) usage ;;
esac
