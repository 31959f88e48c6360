#!/usr/bin/env bash
# Holds code of the project against the programs of AWS that it stands in for. Each folder beside this script is one
# such program; its run.sh fetches it, once and pinned, into .cache/ and runs the Go tests behind the build tag oracles.
set -euo pipefail
cd "$(dirname "$0")"

for oracle in */run.sh; do
  printf '== oracle %s\n' "${oracle%/run.sh}"
  "./$oracle"
done
