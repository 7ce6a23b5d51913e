#!/usr/bin/env bash
# Generate, import, measure from inside, serve and load: prints one table of what answers cost the
# server.
#
#   bash tools/bench.sh [--count 100000] [--seed 1] [--postgres] [--writes] [--profile dist]
#       [-- LOAD OPTIONS]
#
# Everything happens on this machine's loopback in a folder of its own that is removed at the end,
# and every process is stopped. --postgres starts a PostgreSQL server of its own for the run.
# --writes measures signed-in writes in place of answers, and what a backup does to them.
set -euo pipefail
cd "$(dirname "$0")/.."

count=100000 seed=1 postgres=false writes=false profile=dist
while (($#)); do
    case $1 in
        --count) count=$2; shift 2 ;;
        --seed) seed=$2; shift 2 ;;
        --profile) profile=$2; shift 2 ;;
        --postgres) postgres=true; shift ;;
        --writes) writes=true; shift ;;
        --) shift; break ;;
        *) echo "unknown option $1; see the top of tools/bench.sh" >&2; exit 2 ;;
    esac
done

work=$(mktemp -d)
pids=()
finish() {
    for ((i = ${#pids[@]} - 1; i >= 0; i--)); do
        kill -TERM "${pids[i]}" 2>/dev/null && wait "${pids[i]}" 2>/dev/null || true
    done
    rm -rf "$work"
}
trap finish EXIT
echo "$(nproc) cores, $(sed -n 's/^model name.*: //p' /proc/cpuinfo | head -n 1), $(date -u +%F), commit $(git rev-parse --short HEAD)"

# Seconds with milliseconds, for differences.
now() { date +%s.%N; }
since() { awk -v from="$1" -v to="$(now)" 'BEGIN { printf "%.2f", to - from }'; }

cargo build --quiet --locked --profile "$profile" --config tools/dist.toml --bin bedside \
    --example generate --example inside --example load --example writes
target=${CARGO_TARGET_DIR:-target}/$profile

database="sqlite://$work/bench.db"
if $postgres; then
    bin=$(compgen -G '/usr/lib/postgresql/*/bin' | sort -V | tail -n 1)
    port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
    as=()
    mkdir "$work/postgres"
    if ((EUID == 0)); then
        # PostgreSQL refuses to run as root.
        chmod 0711 "$work"
        chown postgres "$work/postgres"
        as=(setpriv --reuid postgres --regid postgres --init-groups)
    fi
    "${as[@]}" "$bin/initdb" --pgdata "$work/postgres/data" --username bedside --auth trust \
        --encoding UTF8 --locale C >/dev/null
    "${as[@]}" "$bin/postgres" -D "$work/postgres/data" -k "$work/postgres" -h 127.0.0.1 -p "$port" \
        >"$work/postgres.log" 2>&1 &
    database_pid=$!
    pids+=("$database_pid")
    until "$bin/pg_isready" --quiet --host 127.0.0.1 --port "$port"; do sleep 0.2; done
    database="postgres://bedside@127.0.0.1:$port/postgres"
fi

if $writes; then
    # While the database is empty, since each command reads all of it. The password opens nothing
    # but this run's own accounts.
    password='a run of measurements alone'
    for name in ann ben cleo dan; do
        "$target/bedside" admin create "$name" --role editor --database-url "$database" \
            <<<"$password" >/dev/null 2>"$work/accounts.log"
    done
fi

from=$(now)
"$target/examples/generate" --count "$count" --seed "$seed" --date "$(date -u +%F)" >"$work/providers.ndjson"
echo "generated $count providers in $(since "$from") s, $(du -m "$work/providers.ndjson" | cut -f1) MB"

from=$(now)
"$target/bedside" import providers --initial --json --database-url "$database" "$work/providers.ndjson" \
    >"$work/import.json" 2>"$work/import.log" || { tail -n 5 "$work/import.log" "$work/import.json" >&2; exit 1; }
took=$(since "$from")
echo "imported in $took s: $(awk -v n="$count" -v s="$took" 'BEGIN { printf "%.0f", n / s }') providers a second"
python3 -c '
import json, sys
phases = json.load(open(sys.argv[1]))["phases"]
print("  of that", ", ".join("{name} {seconds:.2f} s".format(**phase) for phase in phases))
' "$work/import.json"
rm "$work/providers.ndjson"

# serve OPTIONS...: starts the server and waits for its line; its address without the scheme goes
# to `server`, its process id to `pid`.
serve() {
    from=$(now)
    "$target/bedside" serve --listen 127.0.0.1:0 --database-url "$database" "$@" \
        >"$work/serve.out" 2>"$work/serve.log" &
    pid=$!
    pids+=("$pid")
    until server=$(grep -oP '^listening on http://\K.*' "$work/serve.out"); do
        kill -0 "$pid" || { tail -n 5 "$work/serve.log" >&2; exit 1; }
        sleep 0.02
    done
    curl --silent --fail "http://$server/v1/clinics?postal_code=10001" >"$work/first.json"
    echo "first answer $(since "$from") s after the start"
}

if $writes; then
    serve
    # pg_dump of PostgreSQL's own version makes the copies of its databases.
    PATH=${bin:+$bin:}$PATH "$target/examples/writes" --server "$server" --pid "$pid" --seed "$seed" \
        ${database_pid:+--database-pid "$database_pid"} --user ann --user ben --user cleo --user dan \
        --meanwhile "'$target/bedside' backup '$work/copy' --database-url '$database'" "$@" <<<"$password"
    exit
fi

# Start, memory and changes, by a process that has the database to itself.
"$target/examples/inside" --database-url "$database"

# The yardstick's body is as long as the ordinary mix's mean, so that is measured first.
serve
size=$("$target/examples/load" --server "$server" --pid "$pid" --seed "$seed" --body-size)
kill -TERM "$pid"
wait "$pid"
unset 'pids[-1]'
serve --bench-fixed-body "$size"
"$target/examples/load" --server "$server" --pid "$pid" --seed "$seed" "$@"
