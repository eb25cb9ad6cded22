#!/usr/bin/env bash
# The official libraries that verify webhooks, which the gateway's signatures must satisfy as they are. Prints two folders:
# Python's (bin/) and npm's (node_modules/).
set -euo pipefail
here=$(dirname "$0")
# shellcheck source=tests/setup/cache.sh
. "$here/cache.sh"

python="standardwebhooks==1.1.0"
install_once webhooks-python "$python" python_tools "$python"
"$here/node-modules.sh" webhooks-node standardwebhooks@1.1.1
