#!/usr/bin/env bash
# The folder for Cargo's builds of the client that is generated in Rust: its dependencies take their time, once. Prints it.
# The compiler is the workspace's own; the versions are those of the workspace's Cargo.lock.
set -euo pipefail
# shellcheck source=tests/setup/cache.sh
. "$(dirname "$0")/cache.sh"

install() {
  mkdir -p "$1"
}
install_once client-rust "$(rustc --version)" install
