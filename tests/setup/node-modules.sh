#!/usr/bin/env bash
# node-modules.sh NAME PACKAGE@VERSION...: npm packages of exactly these versions. Prints the folder with node_modules/.
# Exact versions: npm takes an older release in silence when the newest one does not name the Node.js at hand.
set -euo pipefail
# shellcheck source=tests/setup/cache.sh
. "$(dirname "$0")/cache.sh"

name=$1
shift
node=$("$(dirname "$0")/node.sh")
export PATH=$node/bin:$PATH

install() {
  local folder=${*: -1}
  mkdir -p "$folder"
  printf '{"name": "%s", "private": true}\n' "$name" >"$folder/package.json"
  # No install scripts: none of these packages needs one.
  (cd "$folder" && npm install --no-audit --no-fund --no-update-notifier --ignore-scripts --loglevel=error "${@:1:$#-1}")
}
install_once "$name" "node $(basename "$node") $*" install "$@"
