#!/bin/sh
# Examines one repository of the fleet and leaves its report. Ends with 0 when there is a report, whatever is in it: what is
# found, and what could not be examined, is told once, by merge.sh.
#
#   scan.sh NAME ADDRESS    that repository
#   scan.sh                 the one whose turn it is in the list: number JOB_COMPLETION_INDEX, from 0
#
# LIST     the list [repositories.txt beside this script]
# REPORTS  the directory for reports [reports]
# DEKEY    the program [dekey]
# DEKEY_SALT, or DEKEY_SALT_FILE: the salt, the same for all
set -eu

here=$(cd -- "$(dirname -- "$0")" && pwd)
: "${LIST:=$here/repositories.txt}" "${REPORTS:=reports}" "${DEKEY:=dekey}"

if [ $# -eq 0 ]; then
    # shellcheck disable=SC2046 # a name and an address
    set -- $(grep -v -e '^#' -e '^[[:space:]]*$' "$LIST" | sed -n "$((JOB_COMPLETION_INDEX + 1))p")
fi
[ $# -eq 2 ] || {
    echo "error: there is no such line in $LIST" >&2
    exit 2
}
name=$1 address=$2

mkdir -p "$REPORTS"
report=$(cd -- "$REPORTS" && pwd)/$(printf %s "$name" | tr / _).json
rm -f -- "$report"

if [ -d "$address" ]; then
    cd -- "$address"
else
    clone=$(mktemp -d)
    trap 'rm -rf -- "$clone"' EXIT
    # All commits for `--history`: leave out `--depth 1`.
    git clone --quiet --depth 1 -- "$address" "$clone"
    cd -- "$clone"
fi

set -- check --repository "$name" --output-format "json=$report"
[ -z "${DEKEY_SALT_FILE:-}" ] || set -- "$@" --salt-file "$DEKEY_SALT_FILE"
"$DEKEY" "$@" || [ -s "$report" ]
