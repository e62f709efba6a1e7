#!/usr/bin/env bash
# Measures tests/ManagedRetrieval.AotHost in each way that a host can be published: its size, the time from the start of the
# process to the end of one that opens a model by memory map and answers, and the speed of the in-batch softmax with both
# gradients (1,024 pairs of 64 dimensions, one thread). Medians of ten; the hosts take turns. Linux on x64 only.
#   benchmarks/hosts.sh [--json FILE]
# It first runs tests/hosts.sh, so what is measured answers alike. It fails where Native AOT takes more than 50 ms to an answer, or
# its softmax with x86-64-v4 has less than 0.9 of the JIT's speed.
set -euo pipefail
json=
if [ "${1:-}" = --json ]; then
  json=$(realpath -m "$2")
fi
cd "$(dirname "$0")/.."
work=out/hosts
rm -rf "$work"
tests/hosts.sh --keep "$work"
rounds=10
hosts="jit trimmed ready-to-run aot-v3"
if grep -q avx512vl /proc/cpuinfo; then
  hosts="$hosts aot-v4"
fi

program() {
  if [ "$1" = jit ]; then
    echo "dotnet $work/jit/ManagedRetrieval.AotHost.dll"
  else
    echo "$work/$1/ManagedRetrieval.AotHost"
  fi
}

for round in $(seq "$rounds"); do
  for host in $hosts; do
    run=$(program "$host")
    start=$(date +%s%N)
    $run answer "$work/$host.model" > "$work/answers.txt"
    echo "$((($(date +%s%N) - start) / 1000))" >> "$work/$host.microseconds"
    $run speed | sed -nE 's|^softmax: (.*) GFLOP/s$|\1|p' >> "$work/$host.gflops"
  done
done

median() { sort -g "$1" | awk '{ value[NR] = $1 } END { print NR % 2 ? value[(NR + 1) / 2] : (value[NR / 2] + value[NR / 2 + 1]) / 2 }'; }

rows=
whole=$(median "$work/jit.gflops")
printf '%-14s %12s %20s %16s %8s\n' host bytes 'first answer (ms)' 'softmax GFLOP/s' 'of jit'
for host in $hosts; do
  # Symbols lie beside the program and are not shipped with it.
  bytes=$(find "$work/$host" -type f ! -name '*.dbg' ! -name '*.pdb' ! -name '*.xml' -printf '%s\n' | awk '{ total += $1 } END { print total }')
  answer=$(median "$work/$host.microseconds" | awk '{ printf "%.1f", $1 / 1000 }')
  speed=$(median "$work/$host.gflops")
  share=$(awk -v a="$speed" -v b="$whole" 'BEGIN { printf "%.3f", a / b }')
  printf '%-14s %12d %20s %16s %8s\n' "$host" "$bytes" "$answer" "$speed" "$share"
  rows="$rows${rows:+,}
    {\"host\": \"$host\", \"bytes\": $bytes, \"first_answer_ms\": $answer, \"softmax_gflops\": $speed, \"of_jit\": $share}"
done
wrong=$(awk -v rows="$rows" 'BEGIN {
  count = split(rows, row, "\n")
  for (i = 1; i <= count; i++) {
    if (match(row[i], /first_answer_ms": [0-9.]+/)) answer = substr(row[i], RSTART + 18, RLENGTH - 18) + 0
    if (match(row[i], /of_jit": [0-9.]+/)) share = substr(row[i], RSTART + 9, RLENGTH - 9) + 0
    if (row[i] ~ /"aot-v/ && answer > 50) print "WRONG: " answer " ms to an answer, 50 are allowed"
    if (row[i] ~ /"aot-v4/ && share < 0.9) print "WRONG: the softmax has " share " of the speed of the JIT, expected 0.9"
  }
}')
if [ -n "$json" ]; then
  machine=$(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -n 1)
  family=$(sed -n 's/^cpu family[^:]*: //p' /proc/cpuinfo | head -n 1)
  printf '{\n  "machine": {"processor": "%s", "family": %d, "cores": %d, "runtime": "%s"},\n  "rows": [%s\n  ]\n}\n' \
    "$machine" "$family" "$(nproc)" "$(dotnet --version)" "$rows" > "$json.tmp"
  mv "$json.tmp" "$json"
fi
if [ -n "$wrong" ]; then
  echo "$wrong"
  exit 1
fi
