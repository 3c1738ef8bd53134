// A client for `safe-conformance rig`: it uploads a backup. Needs golang.org/x/crypto (Debian: golang-golang-x-crypto-dev).
package main

import ("bytes"; "compress/gzip"; "crypto/rand"; "crypto/tls"; "crypto/x509"; "encoding/json"; "fmt"; "io"; "net/http"; "os"
	"golang.org/x/crypto/nacl/secretbox"; "golang.org/x/crypto/scrypt")

func must[T any](value T, err error) T {
	if err != nil { fmt.Fprintln(os.Stderr, "failed:", err); os.Exit(1) }
	return value
}
func env(name string) string { return os.Getenv("SAFE_RIG_" + name) }
func main() {
	if env("ACTION") != "backup" { os.Exit(127) }
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(must(os.ReadFile(env("CA"))))
	client := &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots}},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	ask := func(method, path string, body []byte) []byte {
		request := must(http.NewRequest(method, env("URL")+"/"+path, bytes.NewReader(body)))
		request.Header.Set("User-Agent", "Threema")
		request.Header.Set("Accept", "application/json")
		if body != nil { request.Header.Set("Content-Type", "application/octet-stream") }
		if env("USER") != "" { request.SetBasicAuth(env("USER"), env("SERVER_PASSWORD")) }
		answer := must(client.Do(request))
		if answer.StatusCode/100 != 2 { must(0, fmt.Errorf("the server answers %s", answer.Status)) }
		return must(io.ReadAll(answer.Body))
	}
	var config struct{ MaxBackupBytes, RetentionDays *int64 }
	if err := json.Unmarshal(ask("GET", "config", nil), &config); err != nil || config.MaxBackupBytes == nil || config.RetentionDays == nil { must(0, fmt.Errorf("no config")) }
	master := must(scrypt.Key([]byte(env("PASSWORD")), []byte(env("ID")), 65536, 8, 1, 64))
	var packed bytes.Buffer
	writer := must(gzip.NewWriterLevel(&packed, gzip.NoCompression))
	must(writer.Write(must(os.ReadFile(env("DIR") + "/document.json")))); writer.Close()
	nonce := *(*[24]byte)(must(random(24)))
	body := secretbox.Seal(nonce[:], packed.Bytes(), &nonce, (*[32]byte)(master[32:]))
	if int64(len(body)) > *config.MaxBackupBytes { must(0, fmt.Errorf("larger than the server takes")) }
	ask("PUT", fmt.Sprintf("backups/%x", master[:32]), body)
}
func random(length int) ([]byte, error) { nonce := make([]byte, length); _, err := rand.Read(nonce); return nonce, err }
