# shellcheck shell=bash
# A client for Python made of the document: checked strictly, and used on the live gateway.

# It looks for ruff on the PATH, and says what it could not read without failing.
made_for_python() {
  local said
  mkdir python
  cd python
  cp "$here/python/use.py" .
  export PATH=$generators_python/bin:$PATH
  said=$(openapi-python-client generate --path ../openapi.json --output-path client --meta none 2>&1)
  printf '%s\n' "$said"
  # It reads neither YAML nor JSON Lines in answers, and knows no other way to say so; everything else would be an operation or a
  # type less.
  [ "$(grep --count '^WARNING\|^ERROR\|^Unable' <<<"$said")" = 2 ]
  "$generators_python/bin/python" "$here/python/judge.py" "$here/python/known.txt"
}

check "openapi-python-client: strict but for its own faults, and a call" \
  "$(pip_version "$generators_python" openapi-python-client)" made_for_python
