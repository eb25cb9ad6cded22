#!/usr/bin/env bash
# The clients that the gateway must satisfy as they are, and the driver of the browser. Prints two folders: Python's
# (bin/) and npm's (node_modules/).
set -euo pipefail
here=$(dirname "$0")
# shellcheck source=tests/setup/cache.sh
. "$here/cache.sh"

python="openai==3.54.0 langchain-openai==1.7.4 litellm==1.110.2 pydantic-ai-slim[openai]==2.68.0"
install_once clients-python "$python" python_tools "$python"
"$here/node-modules.sh" clients-node openai@7.57.0 ai@7.0.173 @ai-sdk/openai-compatible@3.0.92 @langchain/core@1.4.0 \
  @langchain/openai@1.6.0 zod@4.6.7 playwright-core@1.65.1
