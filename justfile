# The everyday commands; `just` lists them.

set shell := ["bash", "-euo", "pipefail", "-c"]

# List the commands.
default:
    @just --list --unsorted

# Serve the real directory on http://127.0.0.1:8080, filling an empty database.
run *args:
    cargo run -- serve --demo {{ args }}

# Serve the fictional directory, which shows every status, price shape and accreditation tier.
run-fictional *args:
    cargo run -- serve --demo=fictional --database-url sqlite://fictional.db {{ args }}

# All tests; those on PostgreSQL run where a PostgreSQL server program is found.
test *args:
    cargo test {{ args }}

# The pages in a real browser: Debian's Chromium, started by the tests themselves.
browser *args:
    cargo build
    tests/browser/run.sh target/debug/bedside {{ args }}

# Power cuts, failing system calls and full disks, as root on a machine with strace; takes minutes.
faults:
    cargo build
    python3 tests/faults/power_cut.py
    python3 tests/faults/syscalls.py
    python3 tests/faults/disk.py

# Lighthouse on the search page, a list and a clinic.
lighthouse:
    cargo build --release
    tests/browser/lighthouse.sh target/release/bedside

# What CI asks of the source: format, lints, licences, unused dependencies, Dockerfile.
lint:
    cargo fmt --check
    cargo clippy --all-targets -- -D warnings
    cargo deny check bans licenses sources
    cargo machete
    hadolint Dockerfile

# Everything that CI does, on this machine.
ci:
    bash .ci/run

# Write openapi/openapi.json anew from the program.
openapi:
    cargo run -- openapi > openapi/openapi.json.new
    mv openapi/openapi.json.new openapi/openapi.json

# Check the shipped provider files without a database.
data:
    cargo run -- check data/providers.ndjson
    cargo run -- check data/fictional.ndjson

# Check the rulebook: vocabulary, rules, citations and texts.
rules:
    cargo run -- rules check rulebook/facts.json rulebook/rules.json rulebook/citations.json

# The benchmarks of the index, the rules, the gazetteer and the page writer, built as it is shipped.
bench *args:
    cargo bench --profile dist --config tools/dist.toml {{ args }}

# Write a provider file of this many providers (10000, 100000, 1000000), clustered like the population.
generate count="100000" seed="1" file="target/load/providers.ndjson":
    mkdir -p "$(dirname {{ file }})"
    cargo run --release --example generate -- --count {{ count }} --seed {{ seed }} --date "$(date -u +%F)" > {{ file }}

# Generate, import, serve and load: one table of server CPU, latency and ratios.
load count="100000" *args:
    bash tools/bench.sh --count {{ count }} {{ args }}

# The same on PostgreSQL, in a server of its own that is removed afterwards.
load-postgres count="100000" *args:
    bash tools/bench.sh --count {{ count }} --postgres {{ args }}

# Signed-in writes and what searches feel of them, on both databases, and what a backup does to them.
load-writes count="100000" *args:
    bash tools/bench.sh --count {{ count }} --writes {{ args }}
    bash tools/bench.sh --count {{ count }} --writes --postgres {{ args }}
