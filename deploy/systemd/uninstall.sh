#!/bin/sh
# Stops and removes what install.sh has installed; configuration, logs and the user stay unless --purge is given.
#
#   deploy/systemd/uninstall.sh frontier [--purge]
set -eu

name=${1-}
purge=${2-}
case $name-$purge in
  frontier- | frontlas- | frontier---purge | frontlas---purge) ;;
  *)
    echo "Usage: deploy/systemd/uninstall.sh frontier|frontlas [--purge]" >&2
    exit 2
    ;;
esac
[ "$(id -u)" = 0 ] || {
  echo "Cannot uninstall $name: only root may, run it with sudo" >&2
  exit 1
}

systemctl disable --now "$name" 2>/dev/null || true
rm -f "/etc/systemd/system/$name.service" "/usr/bin/$name"
rm -rf "/usr/lib/frontier/$name"
systemctl daemon-reload
# The runtime is both programs'.
[ -e /usr/lib/frontier/frontier ] || [ -e /usr/lib/frontier/frontlas ] || rm -rf /usr/lib/frontier
if [ "$purge" = --purge ]; then
  rm -rf "/usr/conf/$name.yaml" "/var/lib/$name"
  [ -e /usr/lib/frontier ] || { rm -rf /var/log/frontier && userdel frontier 2>/dev/null || true; }
fi
