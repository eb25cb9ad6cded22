#!/usr/bin/env bash
# The reference validators of Agent Skills, which `astra skills check` is compared with. Prints two folders: Python's
# (bin/) and npm's (node_modules/).
set -euo pipefail
here=$(dirname "$0")
# shellcheck source=tests/setup/cache.sh
. "$here/cache.sh"

python="skills-ref==0.1.1"
install_once skills-python "$python" python_tools "$python"
"$here/node-modules.sh" skills-node skills-ref@0.1.5
