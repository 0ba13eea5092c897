#!/bin/sh
# Installs the gateway, or Frontlas, as a service of systemd: the program, the runtime, a configuration where there is none, the
# user and the unit. It neither enables nor starts it. Run it from a checkout, after `deno task bundle`.
#
#   deploy/systemd/install.sh frontier [--deno FILE] [--root FOLDER]
set -eu

usage() {
  echo "Usage: deploy/systemd/install.sh frontier|frontlas [--deno FILE] [--root FOLDER]" >&2
  echo "  --deno FILE    the runtime to install; the deno on the path by default" >&2
  echo "  --root FOLDER  install below this folder, for packages; no user is made there" >&2
  exit 2
}
fail() {
  echo "Cannot install $name: $1" >&2
  exit 1
}

name=${1-}
case $name in frontier | frontlas) shift ;; *) usage ;; esac
root=
deno=
while [ $# -gt 0 ]; do
  [ $# -ge 2 ] || usage
  case $1 in
    --deno) deno=$2 ;;
    --root) root=$2 ;;
    *) usage ;;
  esac
  shift 2
done
if [ -z "$deno" ]; then
  deno=$(command -v deno) || fail "there is no deno on the path of $(id -un), name one with --deno FILE"
fi
[ -f "$deno" ] || fail "there is no runtime at '$deno', name one with --deno FILE"
# What npm and managers of versions call deno is a script that starts it: the program itself says where it is.
elf() { [ "$(head -c 4 "$1" | tr -d '\177')" = ELF ]; }
elf "$deno" || deno=$("$deno" eval --no-config 'console.log(Deno.execPath())' 2>/dev/null) && elf "$deno" ||
  fail "what was named as the runtime is not one, name another with --deno FILE"
# A path from where the script was called from, or from the root.
case $deno in /*) ;; *) deno=$PWD/$deno ;; esac
case $root in '' | /*) ;; *) root=$PWD/$root ;; esac

cd "$(dirname "$0")/../.."
[ -n "$root" ] || [ "$(id -u)" = 0 ] || fail "only root may, run it with sudo"
[ -f "dist/$name/lib/$name.js" ] || fail "dist/$name is not there, run: deno task bundle $name"

install -D -m 755 "$deno" "$root/usr/lib/frontier/deno"
rm -rf "$root/usr/lib/frontier/$name"
cp -R "dist/$name" "$root/usr/lib/frontier/$name"
install -D -m 755 "deploy/bin/$name" "$root/usr/bin/$name"
if [ -e "$root/usr/conf/$name.yaml" ]; then
  echo "Kept /usr/conf/$name.yaml"
else
  install -D -m 644 "deploy/conf/$name.yaml" "$root/usr/conf/$name.yaml"
fi
install -D -m 644 "deploy/systemd/$name.service" "$root/etc/systemd/system/$name.service"
if [ -z "$root" ]; then
  id -u frontier >/dev/null 2>&1 ||
    useradd --system --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin frontier
  systemctl daemon-reload
  if systemctl --quiet is-active "$name"; then
    echo "Installed. What runs is the old one until: systemctl restart $name"
    exit 0
  fi
fi
echo "Installed. Start it now and at every boot: systemctl enable --now $name"
