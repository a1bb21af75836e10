#!/bin/sh
# Gets the program for this runner from the release of the action's repository, and says where it is.
# DEKEY_BINARY, where it is set, is used as it is.
set -eu

fail() {
    printf '::error title=dekey::%s\n' "$1"
    exit 2
}

if [ -n "${DEKEY_BINARY:-}" ]; then
    printf 'program=%s\n' "$DEKEY_BINARY" >>"$GITHUB_OUTPUT"
    exit
fi

version=${INPUT_VERSION#v}
if [ -z "$version" ]; then
    version=$(sed -n '/^\[workspace.package\]/,/^$/s/^version = "\(.*\)"$/\1/p' "$GITHUB_ACTION_PATH/Cargo.toml")
fi
case $version in
'' | *[!0-9A-Za-z.+-]*) fail 'the input version has to be a version such as 1.2.3' ;;
esac

libc=gnu
for loader in /lib/ld-musl-*; do
    [ ! -e "$loader" ] || libc=musl
done
case $RUNNER_OS-$RUNNER_ARCH in
Linux-X64) target=x86_64-unknown-linux-$libc ;;
Linux-ARM64) target=aarch64-unknown-linux-$libc ;;
macOS-X64) target=x86_64-apple-darwin ;;
macOS-ARM64) target=aarch64-apple-darwin ;;
Windows-X64) target=x86_64-pc-windows-msvc ;;
Windows-ARM64) target=aarch64-pc-windows-msvc ;;
*) fail "there is no program for $RUNNER_OS on $RUNNER_ARCH; build dekey and name it in DEKEY_BINARY" ;;
esac

name=dekey-v$version-$target
program=dekey
archive=$name.tar.gz
if [ "$RUNNER_OS" = Windows ]; then
    program=dekey.exe
    archive=$name.zip
fi

dir=$(mktemp -d "$RUNNER_TEMP/dekey.XXXXXX")
cd "$dir"
gh release download "v$version" --repo "$ACTION_REPOSITORY" --pattern "$archive" --pattern SHA256SUMS ||
    fail "cannot get $archive from the release v$version of $ACTION_REPOSITORY"
grep -F " $archive" SHA256SUMS >expected || fail "SHA256SUMS does not name $archive"
if command -v sha256sum >/dev/null; then
    sha256sum -c expected
else
    shasum -a 256 -c expected
fi
if [ "$RUNNER_OS" = Windows ]; then
    unzip -q "$archive"
else
    tar -xzf "$archive"
fi
printf 'program=%s\n' "$dir/$name/$program" >>"$GITHUB_OUTPUT"
