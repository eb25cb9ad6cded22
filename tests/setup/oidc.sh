#!/usr/bin/env bash
# An OpenID provider that is certified, which people sign in with in the tests. Prints the folder with node_modules/.
set -euo pipefail
here=$(dirname "$0")

"$here/node-modules.sh" oidc-node oidc-provider@9.13.3
