# shellcheck shell=bash
# The strict compiler, and the client is used.

cd "$1"
cp "$calls/typescript-fetch.ts" call.ts
cp "$calls/../../typescript/tsconfig.json" .
ln -s "$generators_node/node_modules" node_modules
node_modules/.bin/tsc --project tsconfig.json
node_modules/.bin/esbuild call.ts --bundle --platform=node --format=esm --outfile=call.mjs --log-level=warning
node call.mjs
