#!/usr/bin/env bash
# Publishes tests/ManagedRetrieval.AotHost in each way that a host can be published, runs each, and compares what they
# print: from one model all answer alike, to the bits of the scores, and trainings give the same bytes where vectors have the
# same width. Linux on x64 only.
#   tests/hosts.sh [--keep FOLDER]
# --keep: the published programs stay there, one folder each, for benchmarks/hosts.sh.
set -uo pipefail
cd "$(dirname "$0")/.."
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 MSBUILDDISABLENODEREUSE=1
if [ "${1:-}" = --keep ]; then
    mkdir -p "$2"
    work=$(cd "$2" && pwd)
else
    work=$(mktemp -d)
    trap 'rm -rf "$work"' EXIT
fi
wrong=0

complain() { echo "WRONG: $*"; wrong=$((wrong + 1)); }

# publish NAME PROPERTY...: a flavour starts without what another left; the libraries are built once.
publish() {
    local name=$1
    shift
    rm -rf "$work/artifacts/obj/ManagedRetrieval.AotHost"
    if ! dotnet publish tests/ManagedRetrieval.AotHost -c Release -r linux-x64 --artifacts-path "$work/artifacts" -o "$work/$name" \
        -maxcpucount:1 -warnaserror -v q "$@" > "$work/$name.log" 2>&1; then
        tail -n 20 "$work/$name.log"
        complain "$name was not published"
        return 1
    fi
}

# try NAME COMMAND...: trains and answers, each in a process of its own.
try() {
    local name=$1 folder start
    shift
    folder="$work/$name.model"
    mkdir -p "$folder"
    if ! "$@" train "$folder" > "$work/$name.txt"; then
        complain "$name failed"
        return 1
    fi
    grep -q '^model: ' "$work/$name.txt" || complain "$name does not say what it wrote"
    start=$(date +%s%N)
    "$@" answer "$folder" > "$work/$name.answer" || complain "$name does not answer"
    printf '%-14s %s; answers %d ms after its start\n' "$name" "$(sed -n 's/^instructions: //p' "$work/$name.txt")" $((($(date +%s%N) - start) / 1000000))
    diff <(grep '^map:' "$work/$name.txt") "$work/$name.answer" || complain "$name answers otherwise in a process of its own"
    "$@" answer "$work/jit.model" | diff "$work/jit.answer" - || complain "$name answers otherwise from the model of jit"
}

# same NAME OTHER PATTERN WHAT: the lines that begin so are the same.
same() {
    [ -s "$work/$1.txt" ] && [ -s "$work/$2.txt" ] || return
    grep -qE "$3" "$work/$1.txt" || complain "$1 prints no $4"
    diff <(grep -E "$3" "$work/$1.txt") <(grep -E "$3" "$work/$2.txt") || complain "$1 and $2 differ in their $4"
}

# at_most KIBIBYTES WHAT FILE...
at_most() {
    local limit=$1 what=$2 size
    shift 2
    size=$(($(cat "$@" | wc -c) / 1024))
    echo "$what: $size KiB"
    [ "$size" -le "$limit" ] || complain "$what: more than $limit KiB"
}

publish jit --no-self-contained && {
    try jit dotnet "$work/jit/ManagedRetrieval.AotHost.dll"
    try jit-256 env DOTNET_EnableAVX512=0 dotnet "$work/jit/ManagedRetrieval.AotHost.dll"
    at_most 1000 "engine and library" "$work"/jit/ManagedRetrieval.Engine.dll "$work"/jit/ManagedRetrieval.dll
}
publish aot-v3 -p:PublishAot=true -p:IlcInstructionSet=x86-64-v3 && {
    try aot-v3 "$work/aot-v3/ManagedRetrieval.AotHost"
    at_most 6144 "Native AOT for x86-64-v3" "$work/aot-v3/ManagedRetrieval.AotHost"
    same jit-256 aot-v3 '^(file|map|model):' "answers and bytes"
}
publish aot-v4 -p:PublishAot=true -p:IlcInstructionSet=x86-64-v4 && {
    at_most 6144 "Native AOT for x86-64-v4" "$work/aot-v4/ManagedRetrieval.AotHost"
    # A program for AVX-512 ends at once where there is none.
    if grep -q avx512vl /proc/cpuinfo; then
        try aot-v4 "$work/aot-v4/ManagedRetrieval.AotHost"
        same jit aot-v4 '^(file|map|model):' "answers and bytes"
    fi
}
publish trimmed --self-contained -p:PublishSingleFile=true -p:PublishTrimmed=true && {
    try trimmed "$work/trimmed/ManagedRetrieval.AotHost"
    linked="$work/artifacts/obj/ManagedRetrieval.AotHost/release_linux-x64/linked"
    at_most 640 "engine and library, trimmed" "$linked/ManagedRetrieval.Engine.dll" "$linked/ManagedRetrieval.dll"
    same jit trimmed '^(file|map|model|instructions):' output
}
publish ready-to-run --self-contained -p:PublishSingleFile=true -p:PublishTrimmed=true -p:PublishReadyToRun=true && {
    try ready-to-run "$work/ready-to-run/ManagedRetrieval.AotHost"
    same jit ready-to-run '^(file|map|model|instructions):' output
}
[ "$wrong" -eq 0 ]
