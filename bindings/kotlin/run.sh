#!/bin/sh
# Compiles the Kotlin of the bindings with the programs beside this script, once, and runs one of them.
#
#   CHATLINK_KOTLIN=…/kotlin-compiler/lib CHATLINK_JNA=…/jna.jar bindings/kotlin/run.sh TwoPeople|Stress BINDINGS ADDRESS [CALLS]
#
# CALLS is how many Stress makes. BINDINGS is what `bindings/generate.sh kotlin` made. docs/bindings.md says where the other two come from.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
program=${1:?which program} bindings=${2:?the folder of the bindings} address=${3:?the address of a server} calls=${4:-10000}
kotlin=${CHATLINK_KOTLIN:?the folder lib of the npm package kotlin-compiler} jna=${CHATLINK_JNA:-/usr/share/java/jna.jar}
java=${CHATLINK_JAVA:-java}
case $program in
# The whole heap is taken at the start, so that what grows besides is seen.
Stress) class=chatlink.StressKt heap="-Xms128m -Xmx128m -XX:+AlwaysPreTouch" ;;
*) class=sample.${program}Kt heap=-Xmx128m ;;
esac

compiler=$kotlin/kotlin-compiler.jar:$kotlin/kotlin-stdlib.jar:$kotlin/kotlin-script-runtime.jar:$kotlin/kotlin-reflect.jar
compiler=$compiler:$kotlin/kotlinx-coroutines-core-jvm.jar:$kotlin/annotations-13.0.jar
needed=$kotlin/kotlin-stdlib.jar:$kotlin/kotlinx-coroutines-core-jvm.jar:$jna
programs=$bindings/programs.jar
if [ ! -f "$programs" ]; then
    # What the compiler's machine says is not the program's.
    "$java" -Xmx1g -XX:TieredStopAtLevel=1 -XX:ReservedCodeCacheSize=128m -cp "$compiler" \
        org.jetbrains.kotlin.cli.jvm.K2JVMCompiler -no-stdlib -no-reflect -jvm-target 17 -nowarn -cp "$needed" -d "$programs" \
        "$here/ChatLinkFlow.kt" "$here/People.kt" "$here/TwoPeople.kt" "$here/Stress.kt" "$bindings/chatlink/chatlink.kt" >&2
fi
"$java" $heap -Djna.library.path="$bindings" -cp "$programs:$needed" "$class" "$address" "$calls"
