# shellcheck shell=bash
# OpenAPI Generator, every target that it has. Those that compile here are compiled, and some are used.

jar=$(find "$generators_jar/lib" -name openapi-generator.jar)
calls=$here/generators/calls
# shellcheck source=tests/setup/cache.sh
. "$setup/cache.sh"
export jar calls cache

check "OpenAPI Generator, every target" "$(pip_version "$generators_jar" openapi-generator-cli)" \
  python3 "$here/generators/judge.py" "$astra" "$jar" openapi.json "$here/generators/targets.txt" "$here/generators/steps" \
  "$results" ${targets[@]+"${targets[@]}"}
