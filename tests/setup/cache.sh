# shellcheck shell=bash
# Sourced by the other setup scripts: where test tools live, and how one is installed once.

# A failed step inside $(install_once ..) must not pass for an installation.
set -e
shopt -s inherit_errexit

cache=${ASTRA_TEST_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/astra}

# install_once NAME PINS COMMAND...
# Prints the tool's folder. Its name carries a checksum of PINS and of the calling script, so a change of either is
# another folder. When that is not there yet, COMMAND fills it (it is called with the folder as its last argument); a
# broken-off try starts afresh.
install_once() {
  local name=$1 pins=$2 checksum
  checksum=$(printf '%s' "$pins" | cat - "$0" | sha256sum | cut -c1-12)
  shift 2
  local folder=$cache/$name-$checksum
  mkdir -p "$cache"
  (
    flock 9
    if [ ! -e "$folder/.installed" ]; then
      printf 'installing %s: %s\n' "$name" "$pins" >&2
      rm -rf "$folder"
      "$@" "$folder" >&2
      touch "$folder/.installed"
    fi
  ) 9>"$folder.lock"
  printf '%s\n' "$folder"
}

# python_tools "PACKAGE==VERSION ..." FOLDER: a virtual environment with exactly these.
python_tools() {
  local packages
  read -ra packages <<<"$1"
  python3 -m venv "$2"
  "$2/bin/pip" install --quiet --disable-pip-version-check --no-input "${packages[@]}"
}
