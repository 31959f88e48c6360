#!/usr/bin/env bash
# Compiles the question-and-answer program around AWS's event-ruler and holds pkg/routing against it. Needs Java 17 and
# Maven; goes to Maven Central only when the jars are not in .cache/ yet.
set -euo pipefail
cd "$(dirname "$0")"
root=$(cd ../../.. && pwd)

# A changed pom or program gives another folder, so that a stale jar is never asked.
key=$(cat pom.xml Oracle.java | cksum | tr ' ' -)
dir=$root/.cache/oracles/ruler-$key
if [ ! -e "$dir/ready" ]; then
  mkdir -p "$dir"
  mvn --batch-mode --quiet --file pom.xml dependency:copy-dependencies -DoutputDirectory="$dir/jars"
  javac --release 17 -Xlint:all -Werror -cp "$dir/jars/*" -d "$dir/classes" Oracle.java
  touch "$dir/ready"
fi

cd "$root"
RULER_ORACLE_CLASSPATH="$dir/classes:$dir/jars/*" go test -tags oracles -count=1 ./internal/oracles/ruler "$@"
