#!/usr/bin/env bash
# Holds what pkg/ocsf writes against the schema of the Open Cybersecurity Schema Framework itself. Needs Python 3.10 or later;
# goes to PyPI only when the pinned packages are not in .cache/ yet.
set -euo pipefail
cd "$(dirname "$0")"
root=$(cd ../../.. && pwd)

key=$(cksum < requirements.txt | tr ' ' -)
venv=$root/.cache/oracles/ocsf-$key
if [ ! -e "$venv/ready" ]; then
  python3 -m venv "$venv"
  "$venv/bin/pip" install --quiet --disable-pip-version-check --requirement requirements.txt
  touch "$venv/ready"
fi

cd "$root"
diff -u pkg/ocsf/testdata/ocsf-1.5.0.json <("$venv/bin/python" internal/oracles/ocsf/oracle.py)
"$venv/bin/python" internal/oracles/ocsf/oracle.py pkg/ocsf/testdata/*.golden.json
