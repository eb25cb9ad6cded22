# shellcheck shell=bash
# The document, read by validators and by readers of YAML, and as the running gateway answers it.

cp "$here"/document/{redocly,redocly-3.0,spectral}.yaml .
cp "$here/document/redocly-ignore.yaml" .redocly.lint-ignore.yaml
ln -s "$judges_node/node_modules" node_modules
export REDOCLY_TELEMETRY=off REDOCLY_SUPPRESS_UPDATE_NOTICE=true

redocly() { # redocly FILE
  local config=redocly.yaml
  [ "$1" != openapi-3.0.json ] || config=redocly-3.0.yaml
  node_modules/.bin/redocly lint --config "$config" "$@"
}

spectral() {
  node_modules/.bin/spectral lint --ruleset spectral.yaml --fail-severity hint "$@"
}

openapi_spec_validator() {
  "$judges_python/bin/openapi-spec-validator" "$@"
}

swagger_parser() {
  node "$here/document/parser.mjs" "$judges_node/node_modules" "$@"
}

document_of_the_running_gateway() {
  local format
  for format in json yaml; do
    ASTRA_TOKEN=$ASTRA_READER "$astra" spec --server "$ASTRA_URL" --format "$format" --output "live.$format"
    cmp "live.$format" "openapi.$format"
  done
}

redocly_version=$(npm_version "$judges_node" @redocly/cli)
validator_version=$(pip_version "$judges_python" openapi-spec-validator)
parser_version=$(npm_version "$judges_node" @apidevtools/swagger-parser)

others() {
  local version
  check "Redocly, recommended-strict" "$redocly_version" redocly openapi.json
  check "openapi-spec-validator" "$validator_version" openapi_spec_validator openapi.json openapi.yaml
  check "swagger-parser" "$parser_version" swagger_parser openapi.json openapi.yaml
  check "PyYAML reads the same from YAML and JSON" "$(pip_version "$judges_python" PyYAML)" \
    "$judges_python/bin/python" "$here/document/equal.py" openapi.json openapi.yaml
  check "yaml (1.1, 1.2) and js-yaml read the same from YAML and JSON" \
    "$(npm_version "$judges_node" yaml), $(npm_version "$judges_node" js-yaml)" \
    node "$here/document/equal.mjs" "$judges_node/node_modules" openapi.json openapi.yaml
  check "the running gateway has the same document" "" document_of_the_running_gateway

  # The versions for other tools.
  for version in 3.0 3.2; do
    check "Redocly, on $version" "$redocly_version" redocly "openapi-$version.json"
    check "openapi-spec-validator, on $version" "$validator_version" \
      openapi_spec_validator "openapi-$version.json" "openapi-$version.yaml"
  done
  check "swagger-parser, on 3.0" "$parser_version" swagger_parser openapi-3.0.json openapi-3.0.yaml
}

spectral_alone() { # which takes longer than all others
  local spectral_version
  spectral_version=$(npm_version "$judges_node" @stoplight/spectral-cli)
  check "Spectral, OpenAPI and OWASP" "$spectral_version" spectral openapi.json
  check "Spectral, on 3.0" "$spectral_version" spectral openapi-3.0.json
  check "Spectral, on 3.2" "$spectral_version" spectral openapi-3.2.json
}

side_by_side spectral_alone others
