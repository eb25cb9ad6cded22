# shellcheck shell=bash
# Builds, vets, and the client is used. Its one dependency comes from the operating system.

cd "$1"
export PATH=$go/bin:$PATH GOTOOLCHAIN=local GOPROXY=off GOFLAGS=-mod=mod
validator=$PWD/../go-validator
mkdir "$validator"
cp /usr/share/gocode/src/gopkg.in/validator.v2/{builtins,doc,validator}.go "$validator"
printf 'module gopkg.in/validator.v2\n\ngo 1.18\n' >"$validator/go.mod"
go mod edit -replace "gopkg.in/validator.v2=$validator"
# Its tests want another library, and test nothing.
rm -r test
mkdir call
cp "$calls/go.go" call/main.go
go vet ./...
go run ./call
