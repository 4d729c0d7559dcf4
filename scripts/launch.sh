# What scripts/pond and scripts/pond-worker share; sourced by them. Sets java, jar (both without links) and version, and
# the locale. Before it: name (for messages), scripts (this folder), jar, java.
# shellcheck shell=bash

fail() {
  echo "$name: $*" >&2
  exit 1
}

[[ -f $jar ]] || fail "there is no $jar; scripts/build makes it"
java=$(command -v "$java") || fail "$name needs Java 17 or newer: there is no ${JAVA_HOME:+$JAVA_HOME/bin/}java"
jar=$(readlink -f "$jar") java=$(readlink -f "$java")

# A Java tells its version in a file beside it; to start it for that would take longer than all the rest here.
release=${java%/bin/java}/release
if [[ -r $release ]]; then
  version=$(sed -n 's/^JAVA_VERSION="\([0-9]*\).*/\1/p' "$release")
else
  version=$("$java" -version 2>&1 | sed -n 's/.* version "\([0-9]*\).*/\1/p')
fi
((${version:-0} >= 17)) || fail "$name needs Java 17 or newer, and $java is ${version:-of no known version}"

# How Java spells file names depends on the locale, and stages may write names in any language.
charmap=$(locale charmap 2>/dev/null || true)
[[ $charmap == UTF-8 ]] || export LC_ALL=C.UTF-8

# Arguments for Java with which the optimising compiler leaves alone what it does not pay for: on few cores it is in the
# way of the first ten thousand runs, and takes memory. Its low thresholds are for what it is not to have: a method that has
# come to its turn is given back to the quick compiler for good, without the counters that would have been for the other.
# Java 17 tells of the directives in a line on standard output, which nothing else is written to.
compiling=(-XX:+UnlockDiagnosticVMOptions "-XX:CompilerDirectivesFile=$scripts/compiler.json")
compiling+=(-XX:Tier4InvocationThreshold=1 -XX:Tier4MinInvocationThreshold=1 -XX:Tier4CompileThreshold=1)

# Arguments for Java with which it starts processes 1.4 times as fast as by way of the JDK's helper. Deprecated from 25
# on, for a child that is hit by a signal in the microseconds before it is a program of its own can harm its parent.
spawning=()
((version >= 25)) || spawning=(-Djdk.lang.Process.launchMechanism=VFORK)
