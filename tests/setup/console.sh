#!/usr/bin/env bash
# What the console is built of, and what its tests in a browser need: npm packages of exactly the versions of the lock files, in
# node_modules/ beside each package.json. Prints both folders.
set -euo pipefail
# shellcheck source=tests/setup/cache.sh
. "$(dirname "$0")/cache.sh"

top=$(cd "$(dirname "$0")/../.." && pwd)
node=$("$(dirname "$0")/node.sh")
export PATH=$node/bin:$PATH

mkdir -p "$cache"
for folder in "$top/astra-core/console" "$top/tests/console"; do
  checksum=$(cat "$folder/package.json" "$folder/package-lock.json" "$0" | sha256sum | cut -c1-12)
  (
    flock 9
    if [ ! -e "$folder/node_modules/.installed-$checksum" ]; then
      printf 'installing the packages of %s\n' "${folder#"$top/"}" >&2
      # No install scripts: esbuild finds the package of its platform without its own.
      (cd "$folder" && npm ci --no-audit --no-fund --no-update-notifier --ignore-scripts --loglevel=error) >&2
      touch "$folder/node_modules/.installed-$checksum"
    fi
  ) 9>"$cache/console.lock"
  printf '%s\n' "$folder"
done
