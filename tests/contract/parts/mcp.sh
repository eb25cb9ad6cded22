# shellcheck shell=bash
# The gateway as an MCP server, judged by the official conformance suite. Its tools are those of an example.

mapfile -t folders < <("$setup/mcp.sh")
suite=${folders[1]}/node_modules/.bin/conformance
suite_version=$(npm_version "${folders[1]}" @modelcontextprotocol/conformance)
(cd "$here/../.." && cargo build --quiet --locked --workspace --example mcp_conformance)
target=$(cd "$here/../.." && cargo metadata --format-version 1 --no-deps --offline |
  python3 -c 'import json, sys; print(json.load(sys.stdin)["target_directory"])')

for revision in 2026-07-28 2025-11-25; do
  check "MCP conformance, revision $revision" "$suite_version" \
    python3 "$here/mcp/judge.py" "$suite" "$target/debug/examples/mcp_conformance" "$revision" "$here/mcp/waived.json"
done
