#!/usr/bin/env bash
# Changes sound snapshot files, mends their checksums, and opens what comes of it in every way: each must give a clear
# error or what it holds. A quarter has damage behind a sound header, and is mapped and searched before it is verified.
# Not part of .ci/run, which runs 20,000 of these as a test.
#   tests/fuzz.sh [EXECUTIONS [SEED [FIRST]]]    1,000,000 executions, seed 1 and number 0 by default
# Seed and number decide a file. One that fails is kept in tests/TestResults and named, and the exit code is 1. Where the
# process itself ends, the last line that it printed says which 50,000 to run again with fewer at a time.
set -euo pipefail
cd "$(dirname "$0")/.."
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1
dotnet build tests/fuzz -c Release -v q
mkdir -p tests/TestResults
exec tests/fuzz/bin/Release/net10.0/ManagedRetrieval.FuzzHost "${1:-1000000}" "${2:-1}" "${3:-0}" tests/TestResults
