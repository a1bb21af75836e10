#!/bin/sh
# Joins the reports of the fleet: fleet.json, fleet.html, and a short page on standard output. Each repository of the list
# is asked for, so that one without a report makes the result incomplete. Arguments go to `dekey report merge`, as `--fail-on error`.
#
# LIST, REPORTS, DEKEY  as for scan.sh
# RESULT                the directory for the result [.]
set -eu

here=$(cd -- "$(dirname -- "$0")" && pwd)
: "${LIST:=$here/repositories.txt}" "${REPORTS:=reports}" "${DEKEY:=dekey}" "${RESULT:=.}"

while read -r name _; do
    case $name in
    '' | '#'*) ;;
    *) set -- "$@" "$REPORTS/$(printf %s "$name" | tr / _).json" ;;
    esac
done <"$LIST"
mkdir -p "$RESULT"
exec "$DEKEY" report merge "$@" \
    --output-format "json=$RESULT/fleet.json" --output-format "html=$RESULT/fleet.html" --output-format markdown
