#!/bin/sh
# Stops and removes what install.sh has installed; configuration, logs and the user stay unless --purge is given.
#
#   deploy/systemd/uninstall.sh frontier [--purge] [--root FOLDER]
set -eu

usage() {
  echo "Usage: deploy/systemd/uninstall.sh frontier|frontlas [--purge] [--root FOLDER]" >&2
  echo "  --purge        remove configuration, state, logs and the user, too" >&2
  echo "  --root FOLDER  remove it from below this folder; nothing is stopped there" >&2
  exit 2
}

name=${1-}
case $name in frontier | frontlas) shift ;; *) usage ;; esac
purge=
root=
while [ $# -gt 0 ]; do
  case $1 in
    --purge) purge=yes ;;
    --root)
      [ $# -ge 2 ] || usage
      root=$2
      shift
      ;;
    *) usage ;;
  esac
  shift
done
[ -n "$root" ] || [ "$(id -u)" = 0 ] || {
  echo "Cannot uninstall $name: only root may, run it with sudo" >&2
  exit 1
}

[ -n "$root" ] || systemctl disable --now "$name" 2>/dev/null || true
rm -f "$root/etc/systemd/system/$name.service" "$root/usr/bin/$name"
lib=$root/usr/lib/frontier
rm -rf "${lib:?}/$name"
[ -n "$root" ] || systemctl daemon-reload
# The runtime is that of the other program and of the agent, too: who goes last takes it along.
[ "$(ls -A "$lib" 2>/dev/null)" != deno ] || rm -rf "$lib"
if [ -n "$purge" ]; then
  rm -rf "$root/usr/conf/$name.yaml" "$root/var/lib/$name"
  # Both have one user and one folder for their logs.
  [ -e "$lib/frontier" ] || [ -e "$lib/frontlas" ] || {
    rm -rf "$root/var/log/frontier"
    [ -n "$root" ] || userdel frontier 2>/dev/null || true
  }
fi
