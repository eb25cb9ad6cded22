# shellcheck shell=bash
# Sourced by run: how a check is made, told and remembered. Reads $work.

results=$work/results
: >"$results"

# check NAME VERSION COMMAND...: what a check has to say is only of interest when it fails. May run in the background.
check() {
  local since=$SECONDS name=$1 version=$2 verdict=ok log
  log=$(mktemp "$work/log.XXXXXX")
  shift 2
  # In a condition, bash would let all but the last command of a function fail.
  set +e
  (set -e && "$@") >"$log" 2>&1 </dev/null
  [ $? = 0 ] || verdict=FAIL
  set -e
  printf 'check\t%s\t%s\t%s\t%d\t\n' "$name" "$version" "$verdict" $((SECONDS - since)) >>"$results"
  printf '   %-4s  %4d s  %s\n' "$verdict" $((SECONDS - since)) "$name"
  [ "$verdict" = ok ] || { sed 's/^/      /' "$log" && mv "$log" "$work/failed.${log##*.}"; }
}

# The ends of what failed checks had to say, of schemathesis without its warnings: once more at the end, where one looks first.
failures() {
  local log
  for log in "$work"/failed.*; do
    [ ! -e "$log" ] || { echo && sed '/^=* WARNINGS =*$/,$d' "$log" | cut -c 1-1000 | tail -n 40; } >&2
  done
}

npm_version() { # npm_version FOLDER PACKAGE
  node --print 'require(process.argv[1]).version' "$1/node_modules/$2/package.json"
}

pip_version() { # pip_version FOLDER PACKAGE
  "$1/bin/python" -c 'import importlib.metadata, sys; print(importlib.metadata.version(sys.argv[1]))' "$2"
}
