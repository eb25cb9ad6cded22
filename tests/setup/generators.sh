#!/usr/bin/env bash
# What makes clients of the OpenAPI document, and what those clients need. Prints three folders: Python's with OpenAPI
# Generator's jar (bin/), Python's for the clients in Python (bin/), and npm's (node_modules/).
set -euo pipefail
here=$(dirname "$0")
# shellcheck source=tests/setup/cache.sh
. "$here/cache.sh"

generator="openapi-generator-cli==7.26.0"
install_once generators-jar "$generator" python_tools "$generator"
clients="openapi-python-client==0.29.1 httpx==0.28.1 attrs==26.1.0 mypy==2.4.1 pydantic==2.14.4 urllib3==2.8.0
  python-dateutil==2.9.0.post0 types-python-dateutil==2.9.0.20261116 typing_extensions==4.16.0 lazy_imports==1.2.0"
clients=$(tr -s '\n ' ' ' <<<"$clients")
install_once generators-python "$clients" python_tools "$clients"
"$here/node-modules.sh" generators-node openapi-typescript@7.13.0 openapi-fetch@0.17.0 @hey-api/openapi-ts@0.95.0 \
  orval@8.38.0 typescript@5.9.3 esbuild@0.28.2 axios@1.21.1 @types/node@24.19.2
