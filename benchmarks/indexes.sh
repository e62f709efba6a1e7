#!/usr/bin/env bash
# Measures recall and speed of indexes, this library's beside Faiss and hnswlib where Debian's packages are installed
# (benchmarks/peers/install.sh, as root: run here where they are missing), each in a process of its own.
#   benchmarks/indexes.sh [--quick] [--json FILE] [--only ROWS] [--out FOLDER]
# --quick: the same rows with fewer repetitions. --json: the figures as a file. --only: rows that begin so, by data, peer and
# index, such as trained, "clustered ours" or "clustered hnswlib". --out: where vectors, the peers' indexes and the curves
# (one SVG for each data) are kept, out/indexes by default: a peer's index is built once, and its seconds are kept beside it.
# Data: "clustered", 1,000,000 x 64 generated like trained vectors; "trained", 41,000 x 64 of a model trained on generated
# interactions; "large", 10,000,000 x 64, whose row says how much memory the process had at most.
# Peers: Faiss flat; Faiss IVF-PQ fast-scan with exact scores of the best (lists 1, 2 and 4 times the root of the rows, 16 and
# 32 subspaces, residuals; nprobe 4 to 256, k_factor 4 to 128); hnswlib (M 8, 16, 32; efConstruction 100, 200; ef 10 to 2048).
# Exact indexes: 1, 16 and 256 queries at once, 1 and 2 threads, by turns; Faiss chooses its best division of threads, and
# whether OpenBLAS makes the scores, first. Others: one thread; every point of the grid once with all queries in a batch, then
# the three fastest for each recall of 0.90, 0.95 and 0.99 again, one query at a time and in a batch; medians.
# build_seconds: from rows in memory, all processors. bytes_per_vector: the index as its own file, rows included where it
# needs them.
set -euo pipefail
if ! /usr/bin/python3 -c "import faiss, hnswlib" 2> /dev/null && [ "$(id -u)" = 0 ]; then
  "$(dirname "$0")/peers/install.sh"
fi
project=$(dirname "$0")/ManagedRetrieval.Benchmarks
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1
dotnet build -c Release "$project" -v q -nologo
exec dotnet "$project/bin/Release/net10.0/ManagedRetrieval.Benchmarks.dll" indexes "$@"
