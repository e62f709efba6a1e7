#!/usr/bin/env bash
# Measures training from files to figures: generates interactions (30,000 users, 41,000 items, 800,000 interactions with a long
# tail and planted clusters), reads them, trains a two-tower model of ids, and ranks all items for all users.
#   benchmarks/training.sh [--quick] [--epochs 20] [--json FILE]
# --quick: 3 epochs. --json: the figures as a file. It prints seconds of an epoch and of the evaluation, bytes that a step
# allocates, memory after each epoch, and recall@20 and NDCG@20 beside those of popularity.
# Close other programs: where an epoch had fewer processors than there are, someone else was using the machine.
# The data alone: dotnet run -c Release --project benchmarks/ManagedRetrieval.Benchmarks -- generate-adjacency DIR
set -euo pipefail
project=$(dirname "$0")/ManagedRetrieval.Benchmarks
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1
dotnet build -c Release "$project" -v q -nologo
exec dotnet "$project/bin/Release/net10.0/ManagedRetrieval.Benchmarks.dll" training "$@"
