#!/usr/bin/env bash
# Holds the evaluation of policies against a second, independent evaluator: iam-simulate, from npm as package-lock.json
# pins it. It comes under the AGPL: it is fetched to be asked, in a process of its own, and is no part of Riposte.
set -euo pipefail
cd "$(dirname "$0")"
root=$(cd ../../.. && pwd)

# A changed pin or program gives another folder, so that a stale one is never asked.
key=$(cat package.json package-lock.json oracle.js | cksum | tr ' ' -)
dir=$root/.cache/oracles/evaluate-$key
if [ ! -e "$dir/ready" ]; then
  mkdir -p "$dir"
  cp package.json package-lock.json oracle.js "$dir"
  npm ci --prefix "$dir" --ignore-scripts --no-audit --no-fund --loglevel=error
  touch "$dir/ready"
fi

cd "$root"
EVALUATE_ORACLE="$dir/oracle.js" go test -tags oracles -count=1 ./internal/oracles/evaluate "$@"
