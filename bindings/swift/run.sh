#!/bin/sh
# Compiles the Swift of the bindings with the sample app, and runs that.
#
#   bindings/swift/run.sh BINDINGS ADDRESS
#
# BINDINGS is what `bindings/generate.sh swift` made. Needs swiftc 6 with language mode 5 for the generated code.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
bindings=$(cd "${1:?the folder of the bindings}" && pwd) address=${2:?the address of a server}
# The compiler looks for a map of this name.
mkdir -p "$bindings/module"
cp "$bindings/ChatLinkFFI.h" "$bindings/module/"
cp "$bindings/ChatLinkFFI.modulemap" "$bindings/module/module.modulemap"
cd "$bindings"
swiftc -swift-version 5 -parse-as-library -I module -L . -lchatlink_ffi -Xlinker -rpath -Xlinker "$bindings" \
    ChatLink.swift "$here/ChatLinkAsync.swift" "$here/TwoPeople.swift" -o two_people
./two_people "$address"
