#!/bin/sh
# Makes the certificates that the TLS tests use. They are checked in and last
# until 2120; run this only to change them. Needs openssl 3.
set -eu
cd "$(dirname "$0")"
work=$(mktemp -d)
trap 'rm -r "$work"' EXIT
: > "$work/index"
cat > "$work/ca.cnf" << END
[ca]
default_ca = test
[test]
database = $work/index
new_certs_dir = $work
rand_serial = yes
unique_subject = no
default_md = sha256
policy = any
[any]
commonName = supplied
END

sign() { # file, end of validity, options
  file=$1 end=$2
  shift 2
  openssl ca -batch -notext -config "$work/ca.cnf" -in "$work/csr" \
    -out "$file.pem" -startdate 20200101000000Z -enddate "$end" \
    -extfile "$work/ext" "$@"
}

authority() { # file, name
  openssl ecparam -name prime256v1 -genkey -noout -out "$work/$1.key"
  openssl req -new -key "$work/$1.key" -subj "/CN=$2" -out "$work/csr"
  {
    echo basicConstraints=critical,CA:TRUE
    echo keyUsage=critical,keyCertSign,cRLSign
  } > "$work/ext"
  sign "$1" 21200101000000Z -selfsign -keyfile "$work/$1.key"
}

leaf() { # file, authority, names, usage, end of validity, kind of key
  if [ "$6" = rsa ]; then
    openssl genrsa -out "$1.key" 2048
  else
    openssl ecparam -name prime256v1 -genkey -noout -out "$1.key"
  fi
  openssl req -new -key "$1.key" -subj "/CN=$1" -out "$work/csr"
  {
    echo basicConstraints=critical,CA:FALSE
    echo keyUsage=critical,digitalSignature
    echo "extendedKeyUsage=$4"
    echo "subjectAltName=$3"
  } > "$work/ext"
  sign "$1" "$5" -cert "$2.pem" -keyfile "$work/$2.key"
}

last=21200101000000Z
authority ca "Frontier test authority"
authority other_ca "Another test authority"
leaf localhost ca DNS:localhost,IP:127.0.0.1 serverAuth $last ec
leaf renewed ca DNS:localhost,IP:127.0.0.1 serverAuth $last ec
leaf alpha ca DNS:alpha.test serverAuth $last ec
leaf wildcard ca 'DNS:*.wild.test' serverAuth $last rsa
leaf client ca DNS:client.test clientAuth $last ec
leaf expired ca DNS:client.test clientAuth 20210101000000Z ec
leaf lapsed ca DNS:localhost,IP:127.0.0.1 serverAuth 20210101000000Z ec
leaf stranger other_ca DNS:client.test clientAuth $last ec
