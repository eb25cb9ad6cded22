# shellcheck shell=bash
# Every file is loaded, with the HTTP library of the operating system.

cd "$1"
ruby -I lib -e '
require "openapi_client"
Dir["lib/**/*.rb"].each { |file| require File.expand_path(file) }
OpenapiClient::AgentsApi.instance_method(:agents_create)
'
