#!/usr/bin/env bash
# Makes the certificate beside this file anew, for a hundred years; needs openssl. Its key protects nothing.
#   server.pem   localhost, 127.0.0.1, llm.example and 2001:db8::1, by itself: it is its own root
set -euo pipefail
cd "$(dirname "$0")"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cat >"$work/ca.conf" <<TEXT
[ca]
default_ca = test
[test]
new_certs_dir = $work
database = $work/index
rand_serial = yes
default_md = sha256
policy = any
[any]
commonName = supplied
[server]
basicConstraints = critical, CA:false
subjectAltName = DNS:localhost, DNS:llm.example, IP:127.0.0.1, IP:2001:db8::1
extendedKeyUsage = serverAuth
TEXT
touch "$work/index"
openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out server.key 2>/dev/null
openssl req -new -key server.key -subj /CN=localhost -out "$work/request"
openssl ca -batch -notext -config "$work/ca.conf" -in "$work/request" -out server.pem -extensions server -selfsign \
  -keyfile server.key -startdate 20260101000000Z -enddate 21260101000000Z 2>/dev/null
chmod 644 server.pem server.key
