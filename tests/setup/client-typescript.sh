#!/usr/bin/env bash
# What TypeScript's generated client is judged by. Prints the folder with node_modules/.
set -euo pipefail
"$(dirname "$0")/node-modules.sh" client-typescript typescript@7.0.2 prettier@3.10.1 @types/node@24.19.2
