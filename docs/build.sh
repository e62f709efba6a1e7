#!/usr/bin/env bash
# Builds the documentation site into a folder (out/site by default), where index.html opens in any browser.
# Any warning, such as a link that leads nowhere, is exit code 1.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
dotnet run --project "$root/docs/site" -c Release -- "$root" "${1:-$root/out/site}"
