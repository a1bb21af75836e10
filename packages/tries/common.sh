# What the tries share. `.ci/packages` sets ROOT, WORK, TOOLS (programs of packages/tools) and MODULES (those of npm).
# shellcheck shell=bash
set -euo pipefail

# shellcheck disable=SC2034 # the tries use them
dekey=$ROOT/target/debug/dekey bad=lib/tasks/export.rake good=app/javascript/messenger.js

unset "${!GIT_@}" DEKEY_BINARY
export GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_SYSTEM=/dev/null
export GIT_AUTHOR_NAME=try GIT_AUTHOR_EMAIL=try@example.com GIT_COMMITTER_NAME=try GIT_COMMITTER_EMAIL=try@example.com

# A repository with findings in some of its files, at the path.
project() {
    rm -rf "$1"
    cp -R "$ROOT/fixtures/repos/rails-helpdesk" "$1"
    git -C "$1" init --quiet --initial-branch=main
    git -C "$1" add --all
    git -C "$1" commit --quiet --no-verify --message start
}

# Changes a file without changing what dekey finds in it, and stages it.
touch_up() {
    printf '\n' >>"$1"
    git add "$1"
}

# Runs a command that has to end with a code, and shows what it printed if it does not.
ends() {
    local want=$1 code=0
    shift
    "$@" >"$WORK/log" 2>&1 </dev/null || code=$?
    if ((code != want)); then
        cat "$WORK/log"
        printf 'error: ended with %s, not %s: %s\n' "$code" "$want" "$*" >&2
        exit 1
    fi
}

# The last command that `ends` ran printed this.
says() {
    if ! grep -qF -- "$1" "$WORK/log"; then
        cat "$WORK/log"
        printf 'error: it did not say: %s\n' "$1" >&2
        exit 1
    fi
}

# Fails, and shows it, if there is anything in a text.
nothing() {
    if [[ -n $1 ]]; then
        printf '%s\nerror: there should be nothing\n' "$1" >&2
        exit 1
    fi
}

notice() {
    printf 'NOTICE: %s\n' "$*"
}
