#!/bin/sh
# Installs the packages of the generator, each pinned by its hash, outside of `vectors/`
# (so that no package of this crate includes them): into target/vectors, or the given folder.
# The system must have: python3 (3.11), node (20) with npm, javac, and Debian's
# libandroid-json-java.
set -eu
here=$(CDPATH= cd -- "$(dirname -- "$0")" && pwd)
tools=${1:-$here/../../target/vectors}
mkdir -p "$tools/node" "$tools/java"
python3 -m venv "$tools/python"
"$tools/python/bin/pip" install --quiet --disable-pip-version-check \
    --require-hashes --only-binary :all: -r "$here/requirements.txt"
cp "$here/package.json" "$here/package-lock.json" "$tools/node/"
(cd "$tools/node" && npm ci --silent --no-audit --no-fund --ignore-scripts)
javac -encoding UTF-8 -cp "${ORG_JSON_JAR:-/usr/share/java/com.android.json.jar}" -d "$tools/java" "$here/Oracle.java"
