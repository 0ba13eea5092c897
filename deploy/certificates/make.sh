#!/bin/sh
# Makes an authority, a certificate for a server and one for a client, all of them with the names that today's TLS looks at.
#
#   deploy/certificates/make.sh [--out FOLDER] [--days N] [--client NAME] NAME...
#   deploy/certificates/make.sh [--out FOLDER] [--days N] --client NAME
#
# The NAMEs are what clients dial: host names and addresses. An authority that is in the folder already is used again: with
# NAMEs a second call renews the server, with --client it makes one more client, or renews it, for those who trust the authority.
set -eu

usage() {
  sed -n '2,8s/^# \{0,1\}//p' "$0" >&2
  exit "${1-2}"
}
fail() {
  echo "Cannot make certificates: $1" >&2
  exit 1
}

# How long an authority lasts.
longest=3650
out=certificates
days=365
client=
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
        *[!0-9a-fA-F:.]*:* | *:*[!0-9a-fA-F:.]*) fail "'$1' is neither a host name nor an address, leave out scheme and port" ;;
        *:*) names="$names,IP:$1" ;;
        '' | *[!0-9A-Za-z._*-]*) fail "'$1' is neither a host name nor an address" ;;
        *[!0-9.]*) names="$names,DNS:$1" ;;
        *) names="$names,IP:$1" ;;
      esac
      shift
      ;;
  esac
done
[ -n "$names$client" ] || usage
case $days in '' | 0* | *[!0-9]* | ?????*) fail "--days $days is not a number of days from 1 to $longest" ;; esac
[ "$days" -le "$longest" ] || fail "--days $days is longer than the authority lasts, $longest days"
# Every name is a file's, and what the certificate calls its holder.
case $client in
  ca | server) fail "--client $client is the name of another file, choose another" ;;
  .* | -* | *[!0-9A-Za-z._-]*) fail "--client '$client' is not a name of letters, digits, dots, hyphens and underscores" ;;
esac
[ ${#client} -le 63 ] || fail "--client $client is longer than 63 characters"
command -v openssl >/dev/null || fail "openssl is not installed"
if [ -e "$out/ca.key" ] || [ -e "$out/ca.crt" ]; then
  [ -s "$out/ca.key" ] || fail "$out has a ca.crt and no ca.key, choose another folder with --out"
  [ -s "$out/ca.crt" ] || fail "$out has a ca.key and no ca.crt, choose another folder with --out"
elif [ -z "$names" ]; then
  fail "$out has no authority yet, name what clients dial first"
fi

mkdir -p "$out"
umask 077
# What is half done never takes the place of what is there.
new=$(mktemp -d "$out/.new.XXXXXX")
trap 'rm -rf "$new"' EXIT
trap 'exit 1' HUP INT TERM

# openssl_ ARGUMENTS...: is silent unless it fails.
openssl_() {
  openssl "$@" 2>"$new/said" || fail "$(cat "$new/said")"
}
# pair NAME: puts a key and its certificate where they belong. Keys are secret, certificates are not; a key that takes the
# place of another one is for whom that was.
pair() {
  chmod 644 "$new/$1.crt"
  if [ -e "$out/$1.key" ]; then
    cp -p "$out/$1.key" "$new/kept"
    cat "$new/$1.key" >"$new/kept"
    mv "$new/kept" "$new/$1.key"
  fi
  mv "$new/$1.key" "$new/$1.crt" "$out/"
}
# sign NAME SUBJECT USAGE ALTERNATIVE-NAMES
sign() {
  openssl_ genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out "$new/$1.key"
  openssl_ req -new -key "$new/$1.key" -subj "/CN=$2" -out "$new/$1.csr"
  printf 'basicConstraints=critical,CA:FALSE\nkeyUsage=critical,digitalSignature\nextendedKeyUsage=%s\nsubjectAltName=%s\n' \
    "$3" "$4" >"$new/$1.ext"
  openssl_ x509 -req -in "$new/$1.csr" -CA "$out/ca.crt" -CAkey "$out/ca.key" -set_serial "0x40$(openssl rand -hex 15)" \
    -days "$days" -extfile "$new/$1.ext" -out "$new/$1.crt"
  pair "$1"
}

made=
if [ ! -e "$out/ca.key" ]; then
  openssl_ genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out "$new/ca.key"
  openssl_ req -x509 -new -key "$new/ca.key" -days "$longest" -subj "/CN=Frontier authority" -out "$new/ca.crt" \
    -addext "basicConstraints=critical,CA:TRUE,pathlen:0" -addext "keyUsage=critical,keyCertSign,cRLSign"
  pair ca
  made="ca.crt, "
fi
if [ -n "$names" ]; then
  names=${names#,}
  first=${names%%,*}
  # Nobody looks at the subject's name any longer; it takes no more than 64 characters.
  sign server "$(printf %.64s "${first#*:}")" serverAuth "$names"
  made="${made}server.crt and .key for $names, "
  [ -n "$client" ] || [ -e "$out/client.crt" ] || client=client
fi
if [ -n "$client" ]; then
  sign "$client" "$client" clientAuth "DNS:$client"
  made="$made$client.crt and .key, "
fi
echo "Made in $out: ${made%, }. Keep ca.key secret."
