#!/bin/sh
# Rebuilds every generated gazetteer. Usage: gazetteers/build/all.sh WORK
# One step a line; a step is a program here that takes the folder WORK.
set -eu
[ $# -eq 1 ] || { echo "usage: $0 WORK" >&2; exit 2; }
here=$(dirname "$0")
for step in \
    fetch.sh \
    places.py \
    themes.py \
    forms-fetch.sh \
    forms.py \
; do
    echo "$step" >&2
    "$here/$step" "$1"
done
