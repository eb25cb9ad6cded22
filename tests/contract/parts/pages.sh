# shellcheck shell=bash
# The reference at /docs, and the reference pages of others, in a browser.

export pictures
check "the reference at /docs" "" node "$here/pages/docs.mjs" openapi.json
check "Swagger UI, and an operation tried in it" "$(npm_version "$bundles" swagger-ui-dist)" \
  node "$here/pages/bundle.mjs" swagger openapi.json
check "Scalar, and an operation tried in it" "$(npm_version "$bundles" @scalar/api-reference)" \
  node "$here/pages/bundle.mjs" scalar openapi.json
check "Redoc" "$(npm_version "$bundles" redoc)" node "$here/pages/bundle.mjs" redoc openapi.json
