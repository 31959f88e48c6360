#!/usr/bin/env bash
# Holds the ledger's DynamoDB store against a second, independent implementation of DynamoDB, in memory on loopback:
# dynalite, from npm as package-lock.json pins it. With DYNAMODB_ENDPOINT=http://127.0.0.1:8000 it uses what is served
# there instead, such as DynamoDB Local, which AWS gives out under terms of its own and which is therefore not fetched.
set -euo pipefail
cd "$(dirname "$0")"
root=$(cd ../../.. && pwd)

if [ -z "${DYNAMODB_ENDPOINT:-}" ]; then
  # A changed pin gives another folder, so that a stale server is never asked.
  key=$(cat package.json package-lock.json | cksum | tr ' ' -)
  dir=$root/.cache/oracles/dynamodb-$key
  if [ ! -e "$dir/ready" ]; then
    mkdir -p "$dir"
    cp package.json package-lock.json "$dir"
    npm ci --prefix "$dir" --ignore-scripts --no-audit --no-fund --loglevel=error
    touch "$dir/ready"
  fi
  export DYNAMODB_ORACLE="$dir"
fi

cd "$root"
go test -tags oracles -count=1 -run '^TestOracle$' ./pkg/ledger/dynamo "$@"
