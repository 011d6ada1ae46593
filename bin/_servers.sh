# Sourced by .ci/run and bin/soak: an own PostgreSQL below build/, on a free port, gone afterwards.
PG_DATA="" PG_BIN="" PG_SOCKETS=""

# PostgreSQL refuses to run as root: then the user "postgres" of the package runs it.
as_server() { if [ "$(id -u)" = 0 ]; then runuser -u postgres -- "$@"; else "$@"; fi; }

free_port() { python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'; }

# start_postgresql NAME: a server in build/NAME; sets TEST_DATABASE_URL.
start_postgresql() {
  PG_BIN="$(find /usr/lib/postgresql -name initdb -path '*/bin/*' | sort -V | tail -1 | xargs dirname)"
  local home="$PWD/build/$1"
  rm -rf "$home" && mkdir -p "$home"
  if [ "$(id -u)" = 0 ] && ! runuser -u postgres -- test -x "$home"; then
    home="$(mktemp -d /tmp/junan-pg.XXXXXX)" # a clone below a closed folder (/root) cannot be reached by that user
  fi
  [ "$(id -u)" != 0 ] || chown postgres "$home"
  PG_DATA="$home/data"
  PG_PORT="$(free_port)"
  PG_SOCKETS="$(mktemp -d /tmp/junan-pgs.XXXXXX)" # socket paths must be short
  [ "$(id -u)" != 0 ] || chown postgres "$PG_SOCKETS"
  as_server "$PG_BIN/initdb" -D "$PG_DATA" -U junan -A trust -E UTF8 --locale=C.UTF-8 >"build/$1.log" 2>&1
  as_server "$PG_BIN/pg_ctl" -D "$PG_DATA" -w -t 60 -l "$home/server.log" \
    -o "-p $PG_PORT -c listen_addresses=127.0.0.1 -k $PG_SOCKETS -c fsync=off -c max_connections=100" start >>"build/$1.log" 2>&1
  as_server "$PG_BIN/createdb" -h 127.0.0.1 -p "$PG_PORT" -U junan junan
  export TEST_DATABASE_URL="postgres://junan@127.0.0.1:$PG_PORT/junan"
}

stop_postgresql() {
  [ -n "$PG_DATA" ] || return 0
  as_server "$PG_BIN/pg_ctl" -D "$PG_DATA" -m immediate stop >/dev/null 2>&1 || true
  rm -rf "$(dirname "$PG_DATA")" "$PG_SOCKETS"
}
