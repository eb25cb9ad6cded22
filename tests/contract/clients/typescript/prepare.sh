# shellcheck shell=bash
# Sourced by check and drive, with the folders of the client and for the work: sets PATH, and builds the client as its users
# do, strictly, into the work's node_modules.
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
setup=$here/../../../setup
client=$(realpath "$1")
mkdir -p "$2"
work=$(realpath "$2")
modules=$("$setup/client-typescript.sh")/node_modules
PATH=$("$setup/node.sh")/bin:$modules/.bin:$PATH
export PATH

name=$(node --print "require('$client/package.json').name")
package=$work/node_modules/$name
rm -rf "$package"
mkdir -p "$(dirname "$package")" "$work/node_modules/@types"
cp -r "$client" "$package"
ln -sfn "$modules/@types/node" "$work/node_modules/@types/node"
ln -sfn "$modules/undici-types" "$work/node_modules/undici-types"
tsc --project "$package"
cp "$here/tsconfig.json" "$work"
printf '{"type": "module"}\n' >"$work/package.json"
