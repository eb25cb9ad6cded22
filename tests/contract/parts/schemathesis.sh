# shellcheck shell=bash
# The running binary, held against its document on both engines at the same time: each has a core to itself.

cp "$here"/schemathesis/{schemathesis.toml,hooks.py} .

# Without --full each operation is held against one engine: these groups against PostgreSQL, all others against SQLite.
groups=(memory memory-profiles sessions chat jobs cron traces skills inference admin)
on_sqlite=() on_postgres=()
if [ -z "$full" ]; then
  for group in "${groups[@]}"; do
    on_sqlite+=(--exclude-tag "$group") on_postgres+=(--include-tag "$group")
  done
fi

# Every check, every phase, the same cases each time: its threads, if it had several, would get in each other's way.
schemathesis() { # schemathesis URL TOKEN OPTION...
  ASTRA_URL=$1 ASTRA_TOKEN=$2 "$judges_python/bin/st" --config-file schemathesis.toml run openapi.json --url "$1" \
    --header "Authorization: Bearer $2" --checks all --seed 1 --workers 1 --max-examples "$cases" \
    --generation-database none --no-color --output-sanitize false "${@:3}"
}

# Prometheus' own tool (Debian: prometheus) judges as well, where there is one.
promtool_reads() { # promtool_reads URL TOKEN
  curl --silent --show-error --fail --header "Authorization: Bearer $2" "$1/metrics" | promtool check metrics
}

held() { # held NAME URL TOKEN OPTION...
  check "schemathesis, every check, on $1" "$schemathesis_version" schemathesis "${@:2}"
  check "$1: prometheus_client reads the metrics" "$reader_version" \
    "$judges_python/bin/python" "$here/schemathesis/metrics.py" "$2" "$3"
  ! command -v promtool >/dev/null ||
    check "$1: promtool finds no fault with the metrics" "" promtool_reads "$2" "$3"
  check "$1: the gateway lives, and logged no error" "" survives "$1" "$2"
}

schemathesis_version=$(pip_version "$judges_python" schemathesis)
reader_version=$(pip_version "$judges_python" prometheus_client)
start_gateway SQLite
held SQLite "$url" "$owner" "${on_sqlite[@]}" &
engines=($!)
start_gateway PostgreSQL "$database_url"
held PostgreSQL "$url" "$owner" "${on_postgres[@]}" &
engines+=($!)
wait "${engines[@]}"
