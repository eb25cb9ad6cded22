# shellcheck shell=bash
# The collection that Postman makes of the document, on a gateway that nothing else uses.

of_postman() {
  ASTRA_URL=$url ASTRA_TOKEN=$owner node "$here/postman/run.mjs" openapi.json "$here/story.json"
  survives gateway-postman "$url"
}

start_gateway gateway-postman
check "Postman's collection, run by newman" \
  "$(npm_version "$postman" openapi-to-postmanv2), $(npm_version "$postman" newman)" \
  of_postman
