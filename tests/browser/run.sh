#!/usr/bin/env bash
# The pages in a real browser: `tests/browser/run.sh [BINARY [FILE…]]`.
#
# Starts servers of its own from the binary (default target/debug/bedside), runs the tests, or only
# the files that are named, and stops the servers. Installs Chromium (Debian's) and the pinned
# packages where they are missing.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
source "$here/support/tools.sh"
browser_tools "$here"
binary=$(realpath "${1:-target/debug/bedside}")
exec node "$here/run.mjs" "$binary" "${@:2}"
