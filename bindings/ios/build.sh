#!/bin/sh
# Builds target/bindings/ios/ChatLinkFFI.xcframework and the Swift sources beside it, for a Swift package.
#
#   bindings/ios/build.sh
#
# NOT RUN YET by whoever wrote it: it needs a Mac with Xcode, which was not at hand. It needs besides:
#   rustup target add aarch64-apple-ios aarch64-apple-ios-sim x86_64-apple-ios
set -eu
cd "$(dirname "$0")/../.."
target=${CARGO_TARGET_DIR:-target}
out=$target/bindings/ios
rm -rf "$out"
mkdir -p "$out/headers" "$out/simulator" "$out/Sources/ChatLink"
export IPHONEOS_DEPLOYMENT_TARGET=15.0

. bindings/flags.sh
# An archive to link, in place of the library that other platforms load.
for triple in aarch64-apple-ios aarch64-apple-ios-sim x86_64-apple-ios; do
    cargo rustc -p chatlink-ffi --profile small --target "$triple" --crate-type staticlib
done
lipo -create -output "$out/simulator/libchatlink_ffi.a" \
    "$target/aarch64-apple-ios-sim/small/libchatlink_ffi.a" "$target/x86_64-apple-ios/small/libchatlink_ffi.a"

unset CFLAGS LIBSQLITE3_FLAGS
cargo build -p chatlink-bindgen
"$target/debug/chatlink-bindgen" generate "$target/aarch64-apple-ios/small/libchatlink_ffi.a" \
    --config bindings/uniffi.toml --language swift --out-dir "$out/generated" --no-format
cp "$out/generated/ChatLinkFFI.h" "$out/headers/"
cp "$out/generated/ChatLinkFFI.modulemap" "$out/headers/module.modulemap"
cp "$out/generated/ChatLink.swift" bindings/swift/ChatLinkAsync.swift "$out/Sources/ChatLink/"

xcodebuild -create-xcframework \
    -library "$target/aarch64-apple-ios/small/libchatlink_ffi.a" -headers "$out/headers" \
    -library "$out/simulator/libchatlink_ffi.a" -headers "$out/headers" \
    -output "$out/ChatLinkFFI.xcframework"
cp bindings/ios/Package.swift "$out/"
ls "$out"
