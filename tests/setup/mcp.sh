#!/usr/bin/env bash
# The official clients of MCP, which the gateway must satisfy as they are, and the suite that judges servers. Prints two
# folders: Python's (bin/) and npm's (node_modules/).
set -euo pipefail
here=$(dirname "$0")
# shellcheck source=tests/setup/cache.sh
. "$here/cache.sh"

python="mcp==2.3.0"
install_once mcp-python "$python" python_tools "$python"
"$here/node-modules.sh" mcp-node @modelcontextprotocol/sdk@1.32.2 @modelcontextprotocol/conformance@0.2.0-alpha.12
