#!/usr/bin/env bash
# Sets up .venv with pip and the constraints file; does nothing when nothing changed.
# Usage: deploy/setup.sh [dev] [funasr]   (extras of pyproject.toml)
set -euo pipefail
cd "$(dirname "$0")/.."

step() { printf 'setup: %s\n' "$*"; }

find_python() {
    local candidate
    for candidate in python3 python3.13 python3.12 python3.11 python3.14; do
        if "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
            command -v "$candidate"
            return
        fi
    done
    echo "setup: Python 3.11 or newer is missing; install python3" >&2
    exit 1
}

# Debian ships python3 without venv; with root or sudo we add it, else we say what to type.
make_venv() {
    local python=$1
    if ! "$python" -c 'import venv, ensurepip' 2>/dev/null; then
        step "installing python3-venv"
        local sudo=()
        [ "$(id -u)" = 0 ] || sudo=(sudo)
        if ! { "${sudo[@]}" apt-get update -qq && "${sudo[@]}" apt-get install -y -qq python3-venv; } >/dev/null; then
            echo "setup: python3-venv is missing; run: apt-get install python3-venv" >&2
            exit 1
        fi
    fi
    step "creating .venv with $("$python" --version)"
    "$python" -m venv .venv
}

extras="$*"
stamp=.venv/.setup-stamp
wanted=$(cat pyproject.toml constraints.txt deploy/setup.sh | sha256sum | cut -d' ' -f1)
have=$(head -n 1 "$stamp" 2>/dev/null || true)
done_extras=$(tail -n +2 "$stamp" 2>/dev/null || true)

missing=()
for extra in $extras; do
    grep -qx "$extra" <<<"$done_extras" || missing+=("$extra")
done
if [ "$have" = "$wanted" ] && [ ${#missing[@]} -eq 0 ] && [ -x .venv/bin/hotline ]; then
    exit 0
fi

[ -x .venv/bin/python ] || make_venv "$(find_python)"
all=$(printf '%s\n' $done_extras $extras | sort -u | paste -sd, -)
if [ ! -e "$stamp" ]; then
    step "installing the build tools"
    .venv/bin/python -m pip install --quiet --disable-pip-version-check -c constraints.txt setuptools wheel
fi
step "installing courier-hotline${all:+ with $all} (the first time takes a minute or two)"
.venv/bin/python -m pip install --quiet --disable-pip-version-check --no-build-isolation \
    -c constraints.txt -e ".${all:+[$all]}"
step "compiling"
.venv/bin/python -m compileall -q -j 0 .venv/lib voice asr tts dialog telephony logistics_client ledger desk >/dev/null || true
{ echo "$wanted"; printf '%s\n' ${all//,/ }; } >"$stamp"
step "done"
