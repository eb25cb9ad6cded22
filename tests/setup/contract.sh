#!/usr/bin/env bash
# The tools that judge the OpenAPI document. Prints four folders: Python's (bin/), and npm's (node_modules/) of the judges,
# of Postman's tools and of the reference pages; they disagree on what they depend on.
set -euo pipefail
here=$(dirname "$0")
# shellcheck source=tests/setup/cache.sh
. "$here/cache.sh"

python="schemathesis==4.32.5 openapi-spec-validator==0.9.0 PyYAML==6.0.3 prometheus_client==0.26.0"
install_once contract-python "$python" python_tools "$python"
"$here/node-modules.sh" contract-node \
  @redocly/cli@2.77.0 @stoplight/spectral-cli@6.16.3 @stoplight/spectral-owasp-ruleset@2.0.1 \
  @apidevtools/swagger-parser@13.1.0 yaml@2.9.1 js-yaml@5.5.0
"$here/node-modules.sh" contract-postman openapi-to-postmanv2@6.3.3 newman@6.2.2
"$here/node-modules.sh" contract-pages swagger-ui-dist@5.35.0 @scalar/api-reference@1.72.1 redoc@2.5.4
