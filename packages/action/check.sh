#!/bin/sh
# Runs `dekey check` as the inputs say. Always ends with 0: the exit code is an output, so that SARIF is uploaded first.
set -euf

sarif=${INPUT_SARIF_FILE:-$RUNNER_TEMP/dekey.sarif}
json=$RUNNER_TEMP/dekey.json
rm -f "$sarif" "$json"

set -- check --output-format "sarif=$sarif" --output-format "json=$json"
if [ "$INPUT_ANNOTATIONS" = true ]; then
    set -- "$@" --output-format github
else
    set -- "$@" --output-format text
fi
[ -z "$INPUT_AUDIENCE" ] || set -- "$@" --audience "$INPUT_AUDIENCE"
[ -z "$INPUT_CONFIG" ] || set -- "$@" --config "$INPUT_CONFIG"
case $INPUT_FAIL_LEVEL in
'') ;;
never) set -- "$@" --exit-zero ;;
*) set -- "$@" --fail-on "$INPUT_FAIL_LEVEL" ;;
esac
for argument in $INPUT_ARGS; do
    set -- "$@" "$argument"
done
set -- "$@" --
IFS='
'
for path in $INPUT_PATHS; do
    set -- "$@" "$path"
done

code=0
"$PROGRAM" "$@" || code=$?

findings=
if [ -f "$json" ] && command -v jq >/dev/null; then
    findings=$(jq '.findings | length' "$json")
fi
[ -f "$sarif" ] || sarif=
{
    printf 'exit-code=%s\n' "$code"
    printf 'findings=%s\n' "$findings"
    printf 'sarif-file=%s\n' "$sarif"
} >>"$GITHUB_OUTPUT"
