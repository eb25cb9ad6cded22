#!/usr/bin/env bash
# Makes the certificates beside this file anew, for a hundred years; needs openssl. Their keys protect nothing.
#   root.pem         an authority; expired-root.pem is the same one (same key and name) as of 2001
#   other-root.pem   another authority
#   server.pem       db.example, by root; expired.pem is the same one as of 2001
#   self-signed.pem  db.example, by itself, as `openssl req -x509` makes it
set -euo pipefail
cd "$(dirname "$0")"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
now=(-startdate 20260101000000Z -enddate 21260101000000Z)
past=(-startdate 20010101000000Z -enddate 20010102000000Z)

cat >"$work/ca.conf" <<TEXT
[ca]
default_ca = test
[test]
new_certs_dir = $work
database = $work/index
rand_serial = yes
unique_subject = no
default_md = sha256
policy = any
[any]
commonName = supplied
[root]
basicConstraints = critical, CA:true
keyUsage = critical, keyCertSign, cRLSign
subjectKeyIdentifier = hash
[server]
basicConstraints = CA:false
subjectAltName = DNS:db.example
extendedKeyUsage = serverAuth
[self]
basicConstraints = critical, CA:true
subjectAltName = DNS:db.example
TEXT
touch "$work/index"

key() { openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out "$1" 2>/dev/null; }
request() { openssl req -new -key "$1" -subj "/CN=$2" -out "$work/request"; }
# sign OUT EXTENSIONS OPTION...
sign() {
  openssl ca -batch -notext -config "$work/ca.conf" -in "$work/request" -out "$1" -extensions "$2" "${@:3}" 2>/dev/null
}

key "$work/root.key"
request "$work/root.key" "Astra test root"
sign root.pem root -selfsign -keyfile "$work/root.key" "${now[@]}"
sign expired-root.pem root -selfsign -keyfile "$work/root.key" "${past[@]}"
key "$work/other.key"
request "$work/other.key" "Another test root"
sign other-root.pem root -selfsign -keyfile "$work/other.key" "${now[@]}"
key server.key
request server.key db.example
sign server.pem server -cert root.pem -keyfile "$work/root.key" "${now[@]}"
sign expired.pem server -cert root.pem -keyfile "$work/root.key" "${past[@]}"
sign self-signed.pem self -selfsign -keyfile server.key "${now[@]}"
chmod 644 ./*.pem server.key
