#!/usr/bin/env bash
# packages.sh [contract]: what comes from the operating system: a C compiler, Python with venv, and a browser; and for the
# contract, the languages that no registry of theirs has, with the libraries that clients in them need. Checks first,
# installs as root on Debian, and says what to install everywhere else.
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
if [ "${1:-}" = contract ]; then
  needs "default-jdk-headless" command -v javac
  needs "libjakarta-annotation-api-java" test -e /usr/share/java/jakarta-annotation-api.jar
  needs "golang-gopkg-validator.v2-dev" test -e /usr/share/gocode/src/gopkg.in/validator.v2
  needs "php-cli php-guzzlehttp-guzzle" php -r 'require "/usr/share/php/GuzzleHttp/autoload.php";'
  needs "ruby ruby-typhoeus" ruby -e 'require "typhoeus"'
fi
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
