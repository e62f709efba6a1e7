#!/usr/bin/env bash
# Installs the optional peers of benchmarks/compare.sh and benchmarks/indexes.sh from Debian's packages, as root: OpenBLAS (through
# numpy), Faiss and hnswlib.
set -euo pipefail
apt-get update
apt-get install -y --no-install-recommends python3-numpy libopenblas0-pthread python3-faiss python3-hnswlib
