#!/usr/bin/env bash
# What the client of `astra codegen python` is built, judged and run with. Prints two folders: Python's (bin/) and npm's
# (node_modules/).
set -euo pipefail
here=$(dirname "$0")
# shellcheck source=tests/setup/cache.sh
. "$here/cache.sh"

python="httpx==0.28.1 hatchling==1.33.0 mypy==2.4.1 ruff==0.17.6"
install_once client-python "$python" python_tools "$python"
"$here/node-modules.sh" client-python-node pyright@1.1.414
