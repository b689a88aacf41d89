#!/usr/bin/env bash
# Puts load on the release `idp serve` over loopback and prints its figures side by side with what the same core can do
# at most: `openssl speed`, and a bare Hummingbird route with the same bytes. Takes about five minutes, with --quick one, and
# ends by itself. Needs wrk, openssl and taskset; let nothing else run on the machine.
#
#     load.sh [--quick] [--only tokens|documents|memory]
set -euo pipefail
cd "$(dirname "$0")/../.."
for program in wrk openssl taskset; do
  command -v "$program" >/dev/null ||
    { echo "load.sh needs $program: apt-get install wrk openssl util-linux" >&2; exit 2; }
done
build=(swift build -c release --static-swift-stdlib)
"${build[@]}" --product idp
"${build[@]}" --product BareRoute
programs=$("${build[@]}" --show-bin-path)
exec python3 Tests/Benchmarks/load.py --program "$programs/idp" --bare "$programs/BareRoute" "$@"
