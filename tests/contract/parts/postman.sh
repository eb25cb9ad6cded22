# shellcheck shell=bash
# The collection that Postman makes of the document.

check "Postman's collection, run by newman" \
  "$(npm_version "$postman" openapi-to-postmanv2), $(npm_version "$postman" newman)" \
  node "$here/postman/run.mjs" openapi.json
