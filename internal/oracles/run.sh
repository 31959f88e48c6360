#!/usr/bin/env bash
# Holds code of the project against independent programs that do the same: AWS's event-ruler for patterns, a second
# DynamoDB for the ledger, iam-simulate for the evaluation of policies, the schema of OCSF for events. Each folder beside this script is one of them; its
# run.sh fetches it, once and pinned, into .cache/ and runs the Go tests behind the build tag oracles.
set -euo pipefail
cd "$(dirname "$0")"

for oracle in */run.sh; do
  printf '== oracle %s\n' "${oracle%/run.sh}"
  "./$oracle"
done
