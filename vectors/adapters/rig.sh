#!/bin/sh
# A client for `safe-conformance rig --exec vectors/adapters/rig.sh` with curl and OpenSSL 3: it
# tests a server and deletes a backup. There is no secretbox in a shell, so everything else is
# answered with 127.

ask() {
  set -- --silent --show-error --cacert "$SAFE_RIG_CA" --proto =https --max-time 30 --user-agent Threema \
    --output "$SAFE_RIG_DIR/answer" --write-out '%{http_code}' "$@"
  if [ -n "$SAFE_RIG_USER" ]; then set -- --user "$SAFE_RIG_USER:$SAFE_RIG_SERVER_PASSWORD" "$@"; fi
  status=$(curl "$@") || exit 1
  case $status in 2??) ;; *) echo "refused: $status" >&2; exit 1 ;; esac
}

case $SAFE_RIG_ACTION in
  test)
    ask --header 'Accept: application/json' "$SAFE_RIG_URL/config"
    for key in maxBackupBytes retentionDays; do
      grep -Eq "\"$key\" *: *[0-9]" "$SAFE_RIG_DIR/answer" || exit 1
    done
    ;;
  delete)
    id=$(openssl kdf -binary -keylen 64 -kdfopt "pass:$SAFE_RIG_PASSWORD" -kdfopt "salt:$SAFE_RIG_ID" \
      -kdfopt n:65536 -kdfopt r:8 -kdfopt p:1 -kdfopt maxmem_bytes:134217728 SCRYPT |
      head -c 32 | od -An -v -tx1 | tr -d ' \n')
    ask --request DELETE "$SAFE_RIG_URL/backups/$id"
    ;;
  *) exit 127 ;;
esac
