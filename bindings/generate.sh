#!/bin/sh
# Builds the library and writes the bindings of one language beside it: target/bindings/LANGUAGE.
#
#   bindings/generate.sh python|kotlin|swift [dev]
#
# The library is built small, by the profile `small`; `dev` takes the quick build of the tests instead.
set -eu
cd "$(dirname "$0")/.."
language=${1:?which language: python, kotlin or swift}
profile=${2:-small}
target=${CARGO_TARGET_DIR:-target}
case $profile in dev) built=$target/debug ;; *) built=$target/$profile ;; esac
case $(uname -s) in
Darwin) library=libchatlink_ffi.dylib strip="strip -x" ;;
*) library=libchatlink_ffi.so strip=strip ;;
esac

cargo build -p chatlink-bindgen
case $profile in
dev) cargo build -p chatlink-ffi ;;
*)
    . bindings/flags.sh
    cargo rustc -p chatlink-ffi --lib --crate-type cdylib --profile "$profile" -- $link
    ;;
esac
out=$target/bindings/$language
mkdir -p "$out"
"$target/debug/chatlink-bindgen" generate "$built/$library" --config bindings/uniffi.toml \
    --language "$language" --out-dir "$out" --no-format
# The generator reads symbols that nobody needs at run time.
$strip -o "$out/$library" "$built/$library"
ls -l "$out"
