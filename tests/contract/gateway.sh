# shellcheck shell=bash
# Sourced by run: gateways of the binary $astra, as their operator would start them. Reads $work and $here.

gateways=()

# start_gateway NAME [DATABASE_URL]: sets url, owner and reader. Its bounds are such that a thousand requests a second meet
# none.
start_gateway() {
  local port process tenths home=$work/$1
  mkdir "$home"
  port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
  url=http://127.0.0.1:$port
  cat >"$home/astra.yml" <<YAML
listen: 127.0.0.1:$port
data_dir: $home/data
store:
  database_url: ${2:-null}
auth:
  access_token_ttl_s: 86400
  # The drivers see that a refresh token is good once.
  refresh_grace_s: 0
  open_registration: true
  setup_code: the-contracts-own-code
memory:
  # The drivers know each answer word for word: no turn recalls what another one has said.
  enabled: false
limits:
  token_requests_per_s: 1000000
  address_requests_per_s: 1000000
  auth_address_requests_per_min: 1000000
  auth_account_attempts_per_min: 1000000
  auth_account_failures_per_min: 1000000
skills_dir: $here/../../examples/skills
agents:
  # The agent of the document's examples.
  assistant:
    display_name: Assistant
    model:
      provider: echo
      model: echo
YAML
  local operate=(env -i "PATH=$PATH" "HOME=$home" "$astra")
  "${operate[@]}" serve --config "$home/astra.yml" --log-format json >"$home/log" 2>&1 &
  process=$!
  gateways+=("$process")
  for ((tenths = 0; tenths < 300; tenths++)); do
    answers "$url" 2>/dev/null && break
    if ! kill -0 "$process" 2>/dev/null || [ "$tenths" = 299 ]; then
      printf 'error: the gateway did not start:\n' >&2
      tail -n 20 "$home/log" >&2
      exit 1
    fi
    sleep 0.1
  done
  # The document is read with a service account's token. The cases are sent by the owner, whom no case can delete or lower.
  reader=$("${operate[@]}" token issue --config "$home/astra.yml" --name reader --role viewer --scope spec:read --expires-in 1d)
  owner=$(python3 "$here/register.py" "$url" the-contracts-own-code)
}

answers() { # answers URL
  python3 -c 'import sys, urllib.request; urllib.request.urlopen(sys.argv[1])' "$1/health/ready"
}

survives() { # survives NAME URL: after all that, the gateway still answers and logged no fault of its own
  answers "$2"
  ! grep --extended-regexp '"level":"ERROR"|panicked' "$work/$1/log"
}

stop_gateways() {
  local process
  for process in "${gateways[@]}"; do
    kill "$process" 2>/dev/null || true
  done
  for process in "${gateways[@]}"; do
    wait "$process" 2>/dev/null || true
  done
  gateways=()
}

# side_by_side FUNCTION...: each in a shell of its own, which ends its gateways.
side_by_side() {
  local shells=() function shell
  for function in "$@"; do
    (
      gateways=()
      trap stop_gateways EXIT
      trap 'exit 143' TERM
      "$function"
    ) &
    shells+=($!)
  done
  for shell in "${shells[@]}"; do
    wait "$shell"
  done
}
