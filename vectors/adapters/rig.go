// A client for `safe-conformance rig`: it uploads a backup. Needs golang.org/x/crypto (Debian: golang-golang-x-crypto-dev).
package main

import (
	"bytes"
	"compress/gzip"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"net/http"
	"os"

	"golang.org/x/crypto/nacl/secretbox"
	"golang.org/x/crypto/scrypt"
)

func env(name string) string { return os.Getenv("SAFE_RIG_" + name) }

func must[T any](value T, err error) T { check(err == nil, 1, err); return value }

func check(ok bool, code int, why any) {
	if !ok {
		fmt.Fprintln(os.Stderr, "failed:", why)
		os.Exit(code)
	}
}

func ask(method, path string, body []byte) *json.Decoder {
	request := must(http.NewRequest(method, env("URL")+"/"+path, bytes.NewReader(body)))
	request.Header = http.Header{"User-Agent": {"Threema"}, "Accept": {"application/json"}}
	if body != nil {
		request.Header.Set("Content-Type", "application/octet-stream")
	}
	if env("USER") != "" {
		request.SetBasicAuth(env("USER"), env("SERVER_PASSWORD"))
	}
	answer := must(http.DefaultTransport.RoundTrip(request)) // follows no redirect
	check(answer.StatusCode/100 == 2, 1, answer.Status)
	return json.NewDecoder(answer.Body)
}

func main() {
	check(env("ACTION") == "backup", 127, "only `backup`")
	os.Setenv("SSL_CERT_FILE", env("CA")) // Go trusts what these two name, and nothing else
	os.Setenv("SSL_CERT_DIR", os.DevNull)
	var config struct{ MaxBackupBytes, RetentionDays *int64 }
	must(0, ask("GET", "config", nil).Decode(&config))
	check(config.MaxBackupBytes != nil && config.RetentionDays != nil, 1, "no config")
	master := must(scrypt.Key([]byte(env("PASSWORD")), []byte(env("ID")), 65536, 8, 1, 64))
	var packed bytes.Buffer
	writer := must(gzip.NewWriterLevel(&packed, gzip.NoCompression))
	must(writer.Write(must(os.ReadFile(env("DIR") + "/document.json"))))
	must(0, writer.Close())
	nonce := new([24]byte)
	must(rand.Read(nonce[:]))
	body := secretbox.Seal(nonce[:], packed.Bytes(), nonce, (*[32]byte)(master[32:]))
	check(int64(len(body)) <= *config.MaxBackupBytes, 1, "larger than the server takes")
	ask("PUT", fmt.Sprintf("backups/%x", master[:32]), body)
}
