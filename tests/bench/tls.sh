#!/bin/bash
# Times the part of TLS beside sslscan and testssl.sh, one server, one run, and checks that all
# three see the same versions and suites accepted. Needs openssl, sslscan, testssl.sh, python3, and
# the program built for release.
# Usage: tests/bench/tls.sh
set -euo pipefail
cd "$(dirname "$0")/../.."
program=$PWD/${CARGO_TARGET_DIR:-target}/release/safe-conformance
[[ -x $program ]] || { echo "build it first: cargo build --release" >&2; exit 2; }
for need in openssl sslscan testssl python3; do
  command -v $need >/dev/null || { echo "$need is not installed" >&2; exit 2; }
done

work=$(mktemp -d)
server=
trap '[[ -z $server ]] || kill "$server" 2>/dev/null || true; rm -rf "$work"' EXIT
export OPENSSL_CONF=/dev/null
openssl req -x509 -newkey rsa:2048 -nodes -days 30 -subj /CN=bench -addext subjectAltName=IP:127.0.0.1 \
  -keyout "$work/key.pem" -out "$work/leaf.pem" -config <(printf '[req]\ndistinguished_name=d\n[d]\n') 2>/dev/null
port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
openssl s_server -accept "127.0.0.1:$port" -cert "$work/leaf.pem" -key "$work/key.pem" -www >/dev/null 2>&1 &
server=$!
for _ in $(seq 50); do (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null && break; sleep 0.1; done

# timed NAME COMMAND...: the command, whether it fails or not, and its duration.
timed() {
  local name=$1 begun=$EPOCHREALTIME
  shift
  "$@" >/dev/null 2>&1 || true
  python3 -c 'import sys; print(f"{sys.argv[1]:<28}{float(sys.argv[3]) - float(sys.argv[2]):8.2f} s")' "$name" "$begun" "$EPOCHREALTIME"
}

target=127.0.0.1:$port
timed "safe-conformance --only tls" "$program" check "https://$target/safe" --only tls --ca-file "$work/leaf.pem" \
  --transcript "$work/ours.json" --ledger-dir "$work"
timed "sslscan" sslscan --xml="$work/sslscan.xml" "$target"
timed "testssl.sh -p -f" testssl --quiet --color 0 --warnings off --jsonfile "$work/testssl.json" -p -f "$target"
timed "testssl.sh -p -P -f -S" testssl --quiet --color 0 --warnings off -p -P -f -S "$target"

python3 - "$work" <<'END'
import json, sys
import xml.etree.ElementTree as tree

work = sys.argv[1]
entries = json.load(open(f"{work}/ours.json"))["exchanges"]
seen = next(entry["got"]["inspection"]["Ok"] for entry in entries if "inspection" in entry["got"])
codes = {"1.0": 0x301, "1.1": 0x302, "1.2": 0x303, "1.3": 0x304}
hello = lambda answered: answered.get("hello", {}) if isinstance(answered, dict) else {}
ours = {version for version, answered in seen["versions"] if hello(answered).get("version") == codes[version]}
suites = {suite for suite, answered in seen["suites"] if hello(answered).get("suite") == suite}
asked = {suite for suite, _ in seen["suites"]}

scan = tree.parse(f"{work}/sslscan.xml").getroot()
theirs = {p.get("version") for p in scan.iter("protocol") if p.get("type") == "tls" and p.get("enabled") == "1"}
ciphers = {int(c.get("id"), 16): c.get("cipher") for c in scan.iter("cipher") if c.get("sslversion") in ("TLSv1.2", "TLSv1.3")}

findings = {finding["id"]: finding["finding"] for finding in json.load(open(f"{work}/testssl.json"))}
ids = {"TLS1": "1.0", "TLS1_1": "1.1", "TLS1_2": "1.2", "TLS1_3": "1.3"}
third = {version for name, version in ids.items() if findings[name].startswith("offered")}
named = set(findings["PFS_ciphers"].split())

assert ours == theirs == third, (ours, theirs, third)
assert suites == set(ciphers) & asked, (suites, set(ciphers) & asked)
assert {ciphers[suite] for suite in suites} == {name for code, name in ciphers.items() if code in asked and name in named}, named
print(f"all three agree: TLS {', '.join(sorted(ours))}; {len(suites)} suites that ATS allows; {seen['connections']} connections of ours")
END
