#!/bin/sh
# Builds target/bindings/android/chatlink.aar: the library for four ABIs, and the classes of the Kotlin bindings.
#
#   bindings/android/build.sh
#
# NOT RUN YET by whoever wrote it: it needs an Android NDK (r27 or newer), which was not at hand. It needs besides:
#   cargo install cargo-ndk
#   rustup target add aarch64-linux-android armv7-linux-androideabi x86_64-linux-android i686-linux-android
#   CHATLINK_KOTLIN and CHATLINK_JNA as bindings/kotlin/run.sh does, the latter for compiling alone
set -eu
cd "$(dirname "$0")/../.."
: "${ANDROID_NDK_HOME:?the folder of the NDK}"
kotlin=${CHATLINK_KOTLIN:?the folder lib of the npm package kotlin-compiler} jna=${CHATLINK_JNA:-/usr/share/java/jna.jar}
target=${CARGO_TARGET_DIR:-target}
out=$target/bindings/android
rm -rf "$out/aar"
mkdir -p "$out/aar/jni" "$out/kotlin"

. bindings/flags.sh
# Devices with pages of 16 KiB load no library that is aligned to 4. Packed addresses as Android has them from 6 on.
export RUSTFLAGS="-C link-arg=-Wl,-z,max-page-size=16384 -C link-arg=-Wl,--icf=all -C link-arg=-Wl,--pack-dyn-relocs=android"
cargo ndk --platform 26 -t arm64-v8a -t armeabi-v7a -t x86_64 -t x86 -o "$out/unstripped" \
    build -p chatlink-ffi --profile small
unset RUSTFLAGS CFLAGS LIBSQLITE3_FLAGS

cargo build -p chatlink-bindgen
"$target/debug/chatlink-bindgen" generate "$out/unstripped/arm64-v8a/libchatlink_ffi.so" \
    --config bindings/android/uniffi.toml --language kotlin --out-dir "$out/kotlin" --no-format

strip=$(find "$ANDROID_NDK_HOME/toolchains/llvm/prebuilt" -name llvm-strip | head -1)
for abi in arm64-v8a armeabi-v7a x86_64 x86; do
    mkdir -p "$out/aar/jni/$abi"
    "$strip" -o "$out/aar/jni/$abi/libchatlink_ffi.so" "$out/unstripped/$abi/libchatlink_ffi.so"
done

compiler=$kotlin/kotlin-compiler.jar:$kotlin/kotlin-stdlib.jar:$kotlin/kotlin-script-runtime.jar:$kotlin/kotlin-reflect.jar
compiler=$compiler:$kotlin/kotlinx-coroutines-core-jvm.jar:$kotlin/annotations-13.0.jar
java -Xmx1g -cp "$compiler" org.jetbrains.kotlin.cli.jvm.K2JVMCompiler -no-stdlib -no-reflect -jvm-target 17 -nowarn \
    -cp "$kotlin/kotlin-stdlib.jar:$kotlin/kotlinx-coroutines-core-jvm.jar:$jna" -d "$out/aar/classes.jar" \
    bindings/kotlin/ChatLinkFlow.kt bindings/android/ChatLinkAndroid.kt "$out/kotlin/chatlink/chatlink.kt"
cp bindings/android/AndroidManifest.xml "$out/aar/"
cp bindings/android/proguard.txt "$out/aar/"
: >"$out/aar/R.txt"
rm -f "$out/chatlink.aar"
(cd "$out/aar" && zip -qr ../chatlink.aar .)
ls -l "$out/chatlink.aar"
