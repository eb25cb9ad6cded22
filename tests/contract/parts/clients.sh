# shellcheck shell=bash
# The clients of `astra codegen`, each looked at by the strictest checkers of its language, with the code of its README and
# with every sample; every operation called through it, as story.json tells; and used on the live gateway and behind a proxy
# that misbehaves.

made_twice() { # made_twice LANGUAGE: without a gateway, the same each time, and nothing is out of date
  written_twice "client-$1" "$1"
  written_twice "story-$1" "$1" --drive "$here/story.json"
}

written_twice() { # written_twice FOLDER ARGUMENT...
  "$astra" codegen "${@:2}" --out "$1"
  "$astra" codegen "${@:2}" --out "again-$1"
  diff --recursive "$1" "again-$1"
  "$astra" codegen "${@:2}" --out "$1" --check
}

samples() { # samples LANGUAGE [SOURCE]: every operation's id behind `##`, and its sample
  "$astra" codegen --samples "${@:2}" | "$judges_python/bin/python" -c '
import json, sys
for operation, samples in json.load(sys.stdin).items():
    print(f"## {operation}\n{samples[sys.argv[1]]}\n")' "$1"
}

checked() { # checked LANGUAGE
  samples "$1" >"samples-$1"
  "$here/clients/$1/check" "client-$1" "work-$1" "$PWD/samples-$1" "$PWD/story-$1"
}

told() { # told LANGUAGE GATEWAY [OPTION]: every operation, on a gateway of its own
  ASTRA_URL=$url ASTRA_TOKEN=$owner "$here/clients/$1/story" "${@:3}" "client-$1" "work-$1" "story-$1"
  survives "$2" "$url"
}

story() { # story LANGUAGE [OPTION]
  start_gateway "gateway-$1${2:-}"
  check "$1 client: every operation${2:+, $2}" "" told "$1" "gateway-$1${2:-}" "${@:2}"
}

odd() { # odd LANGUAGE: a document whose names are hostile to the language makes a client that compiles all the same
  local document=$here/clients/odd-$1.json name=astra-client
  case $1 in
  typescript) name=odd-client ;; # whose texts cannot be as a formatter has them
  go) name=example.com/astra-client ;;
  esac
  "$astra" codegen "$1" --out "odd-$1" --file "$document" --name "$name"
  samples "$1" --file "$document" >"odd-samples-$1"
  local flags=()
  [ "$1" != rust ] || flags=(--odd)
  "$here/clients/$1/check" "${flags[@]}" "odd-$1" "work-odd-$1" "$PWD/odd-samples-$1"
}

# A gateway of the language's own and unruly.py before it: languages are judged side by side. unruly.py ends with its standard
# input, which ends with this shell.
live() { # live LANGUAGE
  local tenths unruly_input
  start_gateway "live-$1"
  export ASTRA_URL=$url ASTRA_TOKEN=$owner ASTRA_READER=$reader
  mkfifo "unruly-input-$1"
  exec {unruly_input}<>"unruly-input-$1"
  python3 "$here/clients/unruly.py" "$ASTRA_URL" <"unruly-input-$1" >"unruly-url-$1" 2>"unruly-log-$1" &
  for ((tenths = 0; tenths < 100; tenths++)); do
    [ ! -s "unruly-url-$1" ] || break
    sleep 0.1
  done
  ASTRA_UNRULY_URL=$(cat "unruly-url-$1")
  export ASTRA_UNRULY_URL
}

clients() { # clients LANGUAGE TOOLS
  live "$1"
  check "astra codegen $1: the same twice, offline" "" made_twice "$1"
  check "$1 client: strict, with README and samples" "$2" checked "$1"
  story "$1"
  [ "$1" != python ] || story "$1" --async
  check "$1 client: streams, sign-in, trouble" "" "$here/clients/$1/drive" "client-$1" "work-$1"
  check "$1 client of an odd document: strict" "" odd "$1"
  check "$1: the gateway lives, and logged no error" "" survives "live-$1" "$ASTRA_URL"
}

tool_version() { # tool_version COMMAND...: the number in what it says
  "$@" 2>&1 | grep --only-matching --max-count 1 '[0-9]\+\.[0-9]\+[.0-9]*' | head -n 1
}

typescript_python_go() {
  clients typescript "tsc $(npm_version "${folders[0]}" typescript)"
  clients python "mypy $(pip_version "${folders[1]}" mypy), pyright $(npm_version "${folders[2]}" pyright)"
  clients go "go vet $(tool_version "$go/bin/go" version)"
}

rust_alone() { # which takes as long as the three others
  clients rust "clippy $(tool_version cargo clippy --version)"
}

mapfile -t folders < <("$setup/client-typescript.sh" && "$setup/client-python.sh")
side_by_side typescript_python_go rust_alone
