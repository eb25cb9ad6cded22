# shellcheck shell=bash
# OpenAPI Generator: the targets that compile here are compiled, and some are used; of the others it makes each sixth, and with
# --full every one.

jar=$(find "$generators_jar/lib" -name openapi-generator.jar)
calls=$here/generators/calls
# shellcheck source=tests/setup/cache.sh
. "$setup/cache.sh"
export jar calls cache

every=6 label="OpenAPI Generator, a choice of targets"
[ -z "$full" ] || every=1 label="OpenAPI Generator, every target"
check "$label" "$(pip_version "$generators_jar" openapi-generator-cli)" \
  python3 "$here/generators/judge.py" "$astra" "$jar" openapi.json "$here/generators/targets.txt" "$here/generators/steps" \
  "$results" "$every" ${targets[@]+"${targets[@]}"}
