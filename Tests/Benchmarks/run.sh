#!/usr/bin/env bash
# Measures the release program side by side with programs that are known to be quick, and prints tables. Takes about two
# minutes; let nothing else run on the machine.
#
#     run.sh [--only terminal|processes|throughput]
#
# The references are taken where they are installed: tig, htop, openssl, and a C compiler for the floor under ncurses.
set -euo pipefail
cd "$(dirname "$0")/../.."
build=(swift build -c release --static-swift-stdlib)
"${build[@]}" --product idp
"${build[@]}" --product Throughput
programs=$("${build[@]}" --show-bin-path)
exec python3 Tests/Benchmarks/measure.py --program "$programs/idp" --throughput "$programs/Throughput" "$@"
