#!/bin/bash
# Makes sure that what no Python package brings is there: deploy/need.sh [postgresql] [chromium-headless-shell] [gettext] [pango] [pdfsig] [softhsm2]
# Installs the missing Debian packages when it may; otherwise prints the line to type, and fails.
set -euo pipefail

there() {
    case $1 in
        postgresql) command -v initdb || compgen -G '/usr/lib/postgresql/*/bin/initdb' ;;
        chromium-headless-shell) command -v chromium-headless-shell ;;
        pango) compgen -G '/usr/lib/*/libpangoft2-1.0.so.0' && compgen -G '/usr/lib/*/libharfbuzz-subset.so.0' ;;
        pdfsig) command -v pdfsig ;;
        softhsm2) command -v softhsm2-util && compgen -G '/usr/lib/softhsm/libsofthsm2.so' ;;
        gettext) command -v xgettext && command -v msgattrib && command -v msgfmt ;;
        *) echo "need.sh: unknown word: $1" >&2; exit 2 ;;
    esac >/dev/null
}

# What a word stands for; most are packages themselves.
packages() {
    case $1 in
        pango) echo libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 ;;
        pdfsig) echo poppler-utils ;;
        *) echo "$1" ;;
    esac
}

missing=()
for package in "$@"; do
    there "$package" || missing+=("$package")
done
[ ${#missing[@]} -gt 0 ] || exit 0

mapfile -t wanted < <(for package in "${missing[@]}"; do packages "$package" | tr ' ' '\n'; done)
install=(apt-get install --yes --no-install-recommends "${wanted[@]}")
as_root=()
[ "$(id -u)" = 0 ] || as_root=(sudo -n)

may_install() {
    command -v apt-get >/dev/null && { [ ${#as_root[@]} -eq 0 ] || sudo -n true 2>/dev/null; }
}

if ! may_install; then
    echo "Missing: ${missing[*]}. Install with: sudo apt-get update && sudo ${install[*]}" >&2
    exit 1
fi

echo "Installing ${missing[*]} …" >&2
"${as_root[@]}" apt-get update --quiet --quiet
"${as_root[@]}" env DEBIAN_FRONTEND=noninteractive "${install[@]}" --quiet --quiet >&2
for package in "${missing[@]}"; do
    there "$package" || { echo "need.sh: $package is still missing after its installation" >&2; exit 1; }
done
