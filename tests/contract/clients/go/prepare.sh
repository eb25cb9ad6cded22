# shellcheck shell=bash
# Sourced by check and drive, with the folders of the client and for the work: sets PATH and Go's own variables, and puts the
# driver into the work folder, as a module that has the client.
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
setup=$here/../../../setup
client=$(realpath "$1")
mkdir -p "$2"
work=$(realpath "$2")
go=$("$setup/go.sh")
# shellcheck source=tests/setup/cache.sh
cache=$(. "$setup/cache.sh" && printf '%s' "$cache")
export PATH=$go/bin:$PATH GOCACHE=$cache/go-build GOPATH=$cache/go-path GOENV=off
export GOFLAGS=-mod=mod GOTOOLCHAIN=local GOPROXY=off GOTELEMETRY=off GOWORK=off CGO_ENABLED=0

# module FOLDER: makes the folder a module that has the client.
module() {
  cat >"$1/go.mod" <<MODULE
module example.com/uses-astra-client

go 1.24

require example.com/astra-client v0.0.0

replace example.com/astra-client => $client
MODULE
}

rm -rf "$work/driver"
cp -r "$here/driver" "$work/driver"
module "$work/driver"

# copy_story FOLDER: puts a story, which is a program of its own, beside the driver.
copy_story() {
  rm -rf "$work/story"
  mkdir "$work/story"
  cp "$1"/*.go "$work/story"
  module "$work/story"
}
