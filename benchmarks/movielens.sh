#!/usr/bin/env bash
# Id and history towers on MovieLens latest-small, over 5 seeds, against the most popular and item-kNN, with paired
# intervals: benchmarks/movielens.sh FOLDER-OF-MOVIELENS [OUT]
set -euo pipefail
cd "$(dirname "$0")/.."
data=${1:?give the folder of MovieLens latest-small, with ratings.csv and movies.csv}
out=${2:-out/movielens}
dotnet run -c Release --project src/ManagedRetrieval.Cli -- train \
  --data "$data/ratings.csv" --user userId --item movieId --time timestamp --items "$data/movies.csv" --label title --group genres \
  --config benchmarks/movielens/ids.json --config benchmarks/movielens/history.json --seed 1 --seeds 5 --out "$out" --json "$out/figures.json"
