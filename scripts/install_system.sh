#!/bin/sh
# Installs Debian or Ubuntu packages that are not there yet, as root or through sudo without a
# password; elsewhere says in one line what to install. Never fails: whoever needs a package
# says so itself.
set -u
missing=""
for package in "$@"; do
    case $package in
        chromium) have="chromium chromium-browser google-chrome" ;;
        mariadb-server) have="mariadbd mysqld" ;;
        apache2-utils) have="ab" ;;
        *) have=$package ;;
    esac
    found=""
    for program in $have; do
        PATH="$PATH:/usr/sbin" command -v "$program" >/dev/null 2>&1 && found=yes
    done
    [ -n "$found" ] || missing="$missing $package"
done
[ -n "$missing" ] || exit 0

if ! command -v apt-get >/dev/null 2>&1; then
    echo "Please install:$missing (no apt-get here to do it)." >&2
    exit 0
fi
if [ "$(id -u)" = 0 ]; then
    sudo=""
elif command -v sudo >/dev/null 2>&1 && sudo -n true 2>/dev/null; then
    sudo="sudo -n"
else
    echo "Please install what is missing: sudo apt-get install$missing" >&2
    exit 0
fi
echo "Installing$missing ..."
# A server that the package starts by itself is not wanted: ours are private.
export DEBIAN_FRONTEND=noninteractive
$sudo apt-get update -qq >/dev/null &&
    $sudo apt-get install -y -qq --no-install-recommends $missing >/dev/null ||
    echo "Could not install$missing: please do it by hand." >&2
exit 0
