#!/usr/bin/env bash
# What reads the document in OpenAPI 3.0 and makes clients of it as it runs or is compiled. Prints two folders: Python's with
# aiopenapi3 (bin/), and Cargo's for the builds of progenitor.
set -euo pipefail
# shellcheck source=tests/setup/cache.sh
. "$(dirname "$0")/cache.sh"

python="aiopenapi3==0.11.0"
install_once readers-python "$python" python_tools "$python"

install() {
  mkdir -p "$1"
}
install_once readers-rust "$(rustc --version)" install
