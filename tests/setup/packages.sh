#!/usr/bin/env bash
# What comes from the operating system: a C compiler, Python with venv, and a browser. Checks first, installs as root on
# Debian, and says what to install everywhere else.
set -euo pipefail

missing=()
needs() { # PACKAGES COMMAND...: the packages are missing when the command fails
  local packages=$1
  shift
  "$@" >/dev/null 2>&1 || missing+=("$packages")
}
needs "gcc libc6-dev" command -v cc
needs "python3-venv" python3 -c 'import ensurepip, venv'
needs "chromium" command -v "${CHROMIUM:-chromium}"
[ ${#missing[@]} -gt 0 ] || exit 0

read -ra packages <<<"${missing[*]}"
if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
  printf 'error: the tests need %s\n' "${packages[*]}" >&2
  printf 'hint: on Debian, sudo apt-get install %s; a browser elsewhere is named by CHROMIUM=/path\n' "${packages[*]}" >&2
  exit 1
fi
printf 'installing %s\n' "${packages[*]}" >&2
export DEBIAN_FRONTEND=noninteractive
apt=(apt-get --quiet --quiet --option DPkg::Lock::Timeout=900)
"${apt[@]}" update >&2
"${apt[@]}" install --yes --no-install-recommends "${packages[@]}" >/dev/null
