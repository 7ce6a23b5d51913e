#!/usr/bin/env bash
# Lighthouse on the search page, a list and a clinic: `tests/browser/lighthouse.sh [BINARY]`.
#
# Fails below performance 0.95, accessibility 1.0, best practices 1.0, as a phone sees them. The
# default binary is target/release/bedside.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
source "$here/support/tools.sh"
browser_tools "$here"
binary=$(realpath "${1:-target/release/bedside}")
exec node "$here/lighthouse.mjs" "$binary"
