# shellcheck shell=bash
# Readers that know only OpenAPI 3.0, or take a document at its word: a client each, and some calls.

mapfile -t folders < <("$setup/readers.sh")
readers_python=${folders[0]} readers_target=${folders[1]}

aiopenapi3() {
  "$readers_python/bin/python" "$here/readers/use_aiopenapi3.py" openapi.json openapi-3.0.json
}

progenitor() {
  cp -r "$here/readers/progenitor" progenitor
  # The versions that the project itself is built with, as far as it has them.
  cp "$here/../../Cargo.lock" progenitor
  cp openapi-3.0.json progenitor/openapi.json
  CARGO_TARGET_DIR=$readers_target CARGO_INCREMENTAL=0 cargo run --quiet --manifest-path progenitor/Cargo.toml
}

check "aiopenapi3, 3.0 and 3.1, and some calls" "$(pip_version "$readers_python" aiopenapi3)" aiopenapi3
progenitor_version=$(sed -n 's/^progenitor = "=\(.*\)"$/\1/p' "$here/readers/progenitor/Cargo.toml")
check "progenitor, 3.0: compiled, and some calls" "$progenitor_version" progenitor
