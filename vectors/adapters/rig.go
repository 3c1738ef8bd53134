// Restores: safe-conformance rig --exec 'SSL_CERT_FILE=$SAFE_RIG_CA SSL_CERT_DIR=/dev/null ./rig'
package main

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"golang.org/x/crypto/nacl/secretbox" // Debian: golang-golang-x-crypto-dev
	"golang.org/x/crypto/scrypt"
	"io"
	"log"
	"net/http"
	"os"
)

func main() {
	if os.Getenv("SAFE_RIG_ACTION") != "restore" {
		os.Exit(127)
	}
	master, _ := scrypt.Key([]byte(os.Getenv("SAFE_RIG_PASSWORD")), []byte(os.Getenv("SAFE_RIG_ID")), 65536, 8, 1, 64)
	request, _ := http.NewRequest("GET", fmt.Sprintf("%s/backups/%x", os.Getenv("SAFE_RIG_URL"), master[:32]), nil)
	request.Header = http.Header{"User-Agent": {"Threema"}, "Accept": {"application/octet-stream"}}
	if user := os.Getenv("SAFE_RIG_USER"); user != "" {
		request.SetBasicAuth(user, os.Getenv("SAFE_RIG_SERVER_PASSWORD"))
	}
	answer, err := http.DefaultTransport.RoundTrip(request) // does not follow redirects
	if err != nil || answer.StatusCode != 200 {
		log.Fatal("no download: ", err, answer)
	}
	nonce := new([24]byte)
	io.ReadFull(answer.Body, nonce[:])
	sealed, _ := io.ReadAll(answer.Body) // a truncated box does not open
	packed, _ := secretbox.Open(nil, sealed, nonce, (*[32]byte)(master[32:]))
	reader, err := gzip.NewReader(bytes.NewReader(packed))
	var document struct {
		Info struct{ Version float64 }
		User struct{ PrivateKey []byte }
	}
	if err != nil || json.NewDecoder(reader).Decode(&document) != nil || document.Info.Version != 1 || len(document.User.PrivateKey) != 32 {
		log.Fatal("no backup: ", err)
	}
}
