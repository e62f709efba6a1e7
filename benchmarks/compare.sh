#!/usr/bin/env bash
# Compares this library with TorchSharp (libtorch on the processor), both in one process, and prints a table; where Debian's
# packages are installed (benchmarks/peers/install.sh) with OpenBLAS and Faiss too, each in a process of its own.
#   benchmarks/compare.sh [--quick] [--json FILE] [--only ROWS] [--peer NAME]
# --quick: the same rows with fewer repetitions. --json: the figures as a file. --only: rows that begin so, such as
# topk or "gemm_nt 8192x8192". --peer: rows of torchsharp, openblas, faiss or plain (this library against itself).
#   benchmarks/compare.sh tfrs --data DIR [--seeds 5] [--json FILE]
# trains the model of TensorFlow Recommenders' tutorial on MovieLens by both, from the same embeddings in the same order, and
# compares top-k accuracies; DIR holds ratings.csv and movies.csv.
# The first run downloads 130 MB of packages. Close other programs: a ceiling that moves makes rows run again.
set -euo pipefail
project=$(dirname "$0")/ManagedRetrieval.Benchmarks.TorchSharp
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1
dotnet build -c Release "$project" -v q -nologo
# The peer at its best: an allocator that keeps memory rather than giving it back to be faulted in again. Without the two small
# caches: they hold on to the slivers beside aligned blocks, so that a freed block no longer fits one of its own size, and a
# loss of batch 16,384 takes 18 GB and minutes of page faults in place of 9 GB.
export GLIBC_TUNABLES=glibc.malloc.hugetlb=1:glibc.malloc.tcache_count=0:glibc.malloc.mxfast=0
export MALLOC_MMAP_THRESHOLD_=4294967296 MALLOC_TRIM_THRESHOLD_=17179869184 MALLOC_TOP_PAD_=268435456
exec dotnet "$project/bin/Release/net10.0/linux-x64/ManagedRetrieval.Benchmarks.TorchSharp.dll" "$@"
