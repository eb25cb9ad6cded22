# shellcheck shell=bash
# Clients for TypeScript made of the document: compiled by the strict compiler, and used on the live gateway.

# made_for_typescript NAME COMMAND...: COMMAND makes the client that $here/typescript/NAME.ts uses.
made_for_typescript() {
  mkdir "typescript-$1"
  cd "typescript-$1"
  cp "$here/typescript/$1.ts" "$here/typescript/tsconfig.json" ../openapi.json .
  ln -s "$generators_node/node_modules" node_modules
  "${@:2}"
  node_modules/.bin/tsc --project tsconfig.json
  node_modules/.bin/esbuild "$1.ts" --bundle --platform=node --format=esm --outfile=call.mjs --log-level=warning
  node call.mjs
}

orval() {
  cp "$here/typescript/orval.config.mjs" .
  node_modules/.bin/orval
}

check "openapi-typescript: strict, and a call" "$(npm_version "$generators_node" openapi-typescript)" \
  made_for_typescript openapi-typescript \
  node_modules/.bin/openapi-typescript --default-non-nullable=false openapi.json --output schema.d.ts
check "Hey API: strict, a call and a typed stream" "$(npm_version "$generators_node" @hey-api/openapi-ts)" \
  made_for_typescript hey-api node_modules/.bin/openapi-ts --input ./openapi.json --output client
check "orval: strict, and a call" "$(npm_version "$generators_node" orval)" made_for_typescript orval orval
