#!/bin/sh
# Examines the fleet with several processes, and joins the reports: here, by xargs, or on the hosts of a file, by GNU
# parallel. Each host needs dekey and git, and takes the salt from the variable. Arguments go to merge.sh.
#
# JOBS   processes, on each host [4]
# HOSTS  a file with a host a line, as ssh names it
# LIST, REPORTS, DEKEY, DEKEY_SALT, RESULT  as for scan.sh and merge.sh
set -eu

fleet=$(cd -- "$(dirname -- "$0")/.." && pwd)
: "${LIST:=$fleet/repositories.txt}" "${REPORTS:=reports}" "${JOBS:=4}"
export LIST REPORTS DEKEY="${DEKEY:-dekey}"

# One that fails has no report; merge.sh tells.
if [ -z "${HOSTS:-}" ]; then
    grep -v -e '^#' -e '^[[:space:]]*$' "$LIST" | xargs -P "$JOBS" -L 1 sh "$fleet/scan.sh" || true
else
    mkdir -p "$REPORTS"
    # In a folder of its own on the host, gone afterwards.
    (cd -- "$REPORTS" && grep -v -e '^#' -e '^[[:space:]]*$' "$LIST" |
        parallel --sshloginfile "$HOSTS" --jobs "$JOBS" --colsep ' ' --env DEKEY_SALT,DEKEY --workdir ... \
            --transferfile "$fleet/./scan.sh" --return '{=1 s:/:_:g =}.json' --cleanup \
            REPORTS=. sh scan.sh '{1}' '{2}') || true
fi
exec sh "$fleet/merge.sh" "$@"
