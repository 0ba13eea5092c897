#!/bin/sh
# Makes an authority, a certificate for a server and one for a client, all of them with the names that today's TLS looks at.
#
#   deploy/certificates/make.sh [--out FOLDER] [--days N] [--client NAME] NAME...
#
# The NAMEs are what clients dial: host names and addresses. An authority that is in the folder already is used again, so that a
# second call makes another client, or renews the server, for those who trust it.
set -eu

usage() {
  sed -n '2,7s/^# \{0,1\}//p' "$0" >&2
  exit "${1-2}"
}
fail() {
  echo "Cannot make certificates: $1" >&2
  exit 1
}

out=certificates
days=365
client=client
names=
while [ $# -gt 0 ]; do
  case $1 in
    --help | -h) usage 0 ;;
    --out | --days | --client)
      [ $# -ge 2 ] || usage
      case $1 in
        --out) out=$2 ;;
        --days) days=$2 ;;
        --client) client=$2 ;;
      esac
      shift 2
      ;;
    -*) usage ;;
    *)
      case $1 in
        *[!0-9.]*:* | *:*) names="$names,IP:$1" ;;
        *[!0-9.]*) names="$names,DNS:$1" ;;
        *) names="$names,IP:$1" ;;
      esac
      shift
      ;;
  esac
done
[ -n "$names" ] || usage
case $days in '' | *[!0-9]*) fail "--days $days is not a number of days" ;; esac
command -v openssl >/dev/null || fail "openssl is not installed"

umask 077
mkdir -p "$out"
key() { openssl genpkey -quiet -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out "$1" 2>/dev/null ||
  openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out "$1" 2>/dev/null; }
if [ ! -e "$out/ca.key" ]; then
  key "$out/ca.key"
  openssl req -x509 -new -key "$out/ca.key" -days 3650 -subj "/CN=Frontier authority" -out "$out/ca.crt" \
    -addext "basicConstraints=critical,CA:TRUE,pathlen:0" -addext "keyUsage=critical,keyCertSign,cRLSign"
fi
# sign NAME SUBJECT USAGE ALTERNATIVE-NAMES
sign() {
  key "$out/$1.key"
  openssl req -new -key "$out/$1.key" -subj "/CN=$2" |
    { printf 'basicConstraints=critical,CA:FALSE\nkeyUsage=critical,digitalSignature\nextendedKeyUsage=%s\nsubjectAltName=%s\n' "$3" "$4" > "$out/$1.ext" &&
      openssl x509 -req -CA "$out/ca.crt" -CAkey "$out/ca.key" -CAcreateserial -days "$days" -extfile "$out/$1.ext" -out "$out/$1.crt" 2>/dev/null; }
  rm -f "$out/$1.ext"
}
names=${names#,}
first=${names%%,*}
sign server "${first#*:}" serverAuth "$names"
sign "$client" "$client" clientAuth "DNS:$client"
echo "Made in $out: ca.crt, server.crt and .key for $names, $client.crt and .key. Keep ca.key secret."
