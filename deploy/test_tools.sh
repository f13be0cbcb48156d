#!/usr/bin/env bash
# Adds what the tests use beside Python: a browser with a Chinese font and a Redis server. Does nothing when all is there.
# Without root and sudo it says which tests are skipped, and goes on.
set -euo pipefail

missing=()
command -v chromium >/dev/null || command -v google-chrome >/dev/null || missing+=(chromium)
fc-list :lang=zh 2>/dev/null | grep -q . || missing+=(fonts-wqy-zenhei)
command -v redis-server >/dev/null || missing+=(redis-server)
[ ${#missing[@]} -eq 0 ] && exit 0

sudo=()
if [ "$(id -u)" != 0 ]; then
    sudo=(sudo -n)
fi
printf 'setup: installing %s for the tests (a minute or two)\n' "${missing[*]}"
# A server that the package would start could take the port of one that the tests start.
export DEBIAN_FRONTEND=noninteractive RUNLEVEL=1
if ! command -v apt-get >/dev/null ||
    ! { "${sudo[@]}" apt-get update -qq && "${sudo[@]}" apt-get install -y -qq --no-install-recommends "${missing[@]}"; } >/dev/null 2>&1; then
    printf 'setup: could not install %s; the tests that need them are skipped\n' "${missing[*]}" >&2
fi
