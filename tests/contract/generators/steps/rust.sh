# shellcheck shell=bash
# Builds with the client as a dependency, which is used. Without TLS, which the loopback does not need.

generated=$(realpath "$1")
mkdir "$generated/call"
cp "$calls/rust/"* "$calls/../../../../Cargo.lock" "$generated/call"
cd "$generated/call"
CARGO_TARGET_DIR=$cache/generators-rust cargo run --quiet
