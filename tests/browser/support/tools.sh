# Sourced by the scripts beside it: makes sure of Chromium and of the pinned packages.

browser_tools() {
    local here=$1
    if ! command -v chromium >/dev/null || ! command -v pdftotext >/dev/null; then
        apt-get -qq update
        DEBIAN_FRONTEND=noninteractive apt-get -y -qq -o Dpkg::Use-Pty=0 install --no-install-recommends \
            chromium fonts-dejavu-core poppler-utils
    fi
    local sum
    sum=$(cat "$here/package.json" "$here/package-lock.json" | sha256sum)
    if [[ ! -f $here/node_modules/.sum || $(<"$here/node_modules/.sum") != "$sum" ]]; then
        npm ci --prefix "$here" --ignore-scripts --no-audit --no-fund --silent
        echo "$sum" >"$here/node_modules/.sum"
    fi
}
