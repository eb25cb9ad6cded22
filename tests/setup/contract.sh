#!/usr/bin/env bash
# The tools that judge the OpenAPI document. Prints two folders: Python's (bin/) and npm's (node_modules/).
set -euo pipefail
here=$(dirname "$0")
# shellcheck source=tests/setup/cache.sh
. "$here/cache.sh"

python="schemathesis==4.32.5 openapi-spec-validator==0.9.0 PyYAML==6.0.3"
install_once contract-python "$python" python_tools "$python"
"$here/node-modules.sh" contract-node \
  @redocly/cli@2.77.0 @stoplight/spectral-cli@6.16.3 @stoplight/spectral-owasp-ruleset@2.0.1 yaml@2.9.1 js-yaml@5.5.0
