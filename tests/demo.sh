#!/usr/bin/env bash
# Publishes the browser demo to out/demo, checks that it stays small, and tests it in Chromium.
# Where Chromium is not installed, the tests that need it are skipped.
set -euo pipefail
cd "$(dirname "$0")/.."
most_bytes=6000000
most_seconds=60
most_milliseconds=2000

rm -rf out/demo out/demo-figures.txt
dotnet publish src/ManagedRetrieval.Demo -c Release -o out/demo -maxcpucount:1 -v q

# What a browser fetches: the brotli form of each file where there is one.
bytes=$(find out/demo/wwwroot -type f ! -name '*.br' ! -name '*.gz' | while read -r file; do
    stat -c %s "$(test -f "$file.br" && echo "$file.br" || echo "$file")"
done | awk '{ total += $1 } END { print total }')
echo "The page has $bytes bytes, compressed; $most_bytes are allowed."
[ "$bytes" -le "$most_bytes" ]

dotnet test tests/ManagedRetrieval.Demo.Tests -c Release -maxcpucount:1 "$@"
if [ -f out/demo-figures.txt ]; then
    cat out/demo-figures.txt
    awk -v most="$most_seconds" '$1 == "seconds_of_training" && $2 >= most { print "Training took " $2 " s; less than " most " are allowed."; exit 1 }' out/demo-figures.txt
    awk -v most="$most_milliseconds" '$1 == "longest_milliseconds_without_a_frame" && $2 > most { print "The page stood still for " $2 " ms; " most " are allowed."; exit 1 }' out/demo-figures.txt
fi
