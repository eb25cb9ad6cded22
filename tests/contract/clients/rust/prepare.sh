# shellcheck shell=bash
# Sourced by check and drive with their arguments, CLIENT_FOLDER and WORK_FOLDER: puts the client and its driver next to each
# other into the work folder, and Cargo's builds where the next run finds them.
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
client=$(realpath "$1")
mkdir -p "$2"
work=$(realpath "$2")
CARGO_TARGET_DIR=$("$here/../../../setup/client-rust.sh")
export CARGO_TARGET_DIR CARGO_INCREMENTAL=0

rm -rf "$work/client" "$work/driver"
cp -r "$client" "$work/client"
cp -r "$here" "$work/driver"
# The versions that the project itself is built with; what is left out of a build may be of any version.
cp "$here/../../../../Cargo.lock" "$work/driver"

# copy_story FOLDER: puts a story, which is a program of its own, into the driver's package.
copy_story() {
  mkdir -p "$work/driver/src/bin/story"
  cp "$1"/*.rs "$work/driver/src/bin/story"
}
