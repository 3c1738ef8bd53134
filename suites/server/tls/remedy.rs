//! What an administrator writes into nginx, Apache or Caddy to mend what is found.

pub(super) const PLAIN_PORT: &str = "Switch TLS on for this port. nginx: `listen 443 ssl;` with `ssl_certificate` and `ssl_certificate_key`; Apache: `SSLEngine on` in `<VirtualHost *:443>`; Caddy: name the site `https://HOST` (it does the rest by itself).";

pub(super) const VERSIONS: &str = "nginx: `ssl_protocols TLSv1.2 TLSv1.3;`; Apache: `SSLProtocol -all +TLSv1.2 +TLSv1.3`; Caddy: `tls { protocols tls1.2 tls1.3 }`, which is its default. A TLS library that knows neither must be updated.";

pub(super) const SUITES: &str = "nginx: `ssl_ciphers ECDHE+AESGCM:ECDHE+CHACHA20;`; Apache: `SSLCipherSuite ECDHE+AESGCM:ECDHE+CHACHA20`; Caddy: take `ciphers` out of `tls { }`, its defaults are right.";

pub(super) const ALPN: &str = "nginx: `http2 on;` (before 1.25.1: `listen 443 ssl http2;`); Apache: `Protocols h2 http/1.1`; Caddy: nothing, it does so by itself.";

pub(super) const NAME: &str = "Let the site answer to the name that clients ask for. nginx: `server_name HOST;`; Apache: `ServerName HOST`; Caddy: name the site `HOST`.";

pub(super) const NO_CLIENT_CERTIFICATE: &str = "nginx: `ssl_verify_client off;`; Apache: `SSLVerifyClient none`; Caddy: take `client_auth` out of `tls { }`. The apps have no certificate to show; protect the folder with a user name and a password.";

pub(super) const FULL_CHAIN: &str = "Send the whole chain, certbot's fullchain.pem instead of cert.pem. nginx: `ssl_certificate /etc/letsencrypt/live/HOST/fullchain.pem;`; Apache: `SSLCertificateFile /etc/letsencrypt/live/HOST/fullchain.pem`; Caddy: `tls fullchain.pem privkey.pem`, or take `tls` out and let it get its own.";

pub(super) const CHAIN_IN_ORDER: &str = "Put the server's certificate first, then each issuer after what it issued, without the root and without leftovers: certbot's fullchain.pem is so. nginx: `ssl_certificate fullchain.pem;`; Apache: `SSLCertificateFile fullchain.pem`; Caddy: `tls fullchain.pem privkey.pem`.";

pub(super) const NEW_NAME: &str = "Get a certificate whose subject alternative names hold this host name (`certbot certonly -d HOST`), or use a name that it has. nginx: `ssl_certificate fullchain.pem;` in the `server` block of `server_name HOST;`; Apache: `SSLCertificateFile fullchain.pem` in the `VirtualHost` of `ServerName HOST`; Caddy: name the site `HOST`.";

pub(super) const RENEW: &str = "Renew the certificate (`certbot renew`), let that run by itself, and let the server load the new one.";

pub(super) const NEW_KEY: &str = "Get a certificate with a new key (`certbot certonly --key-type ecdsa -d HOST`, or `--key-type rsa --rsa-key-size 2048`). nginx: `ssl_certificate fullchain.pem; ssl_certificate_key privkey.pem;`; Apache: `SSLCertificateFile fullchain.pem` and `SSLCertificateKeyFile privkey.pem`; Caddy: take `tls` out, it makes a key of P-256 by itself.";

pub(super) const NEW_CERTIFICATE: &str = "Get a certificate from a public authority, such as Let's Encrypt: its certificates conform. A private authority must issue a new certificate. nginx: `ssl_certificate fullchain.pem;`; Apache: `SSLCertificateFile fullchain.pem`; Caddy: take `tls` out and let it get its own.";

pub(super) const STAPLE: &str = "nginx: `ssl_stapling on; ssl_stapling_verify on;` with a `resolver`; Apache: `SSLUseStapling on` with `SSLStaplingCache shmcb:/run/ocsp(128000)`; Caddy staples by itself. Or get a certificate without that demand: Let's Encrypt runs no OCSP any more.";

pub(super) const TRUSTED: &str = "Get a certificate from a public authority (certbot, Caddy and acme.sh do so). A private authority must be installed, and on iOS switched on, on every phone; to test with it, give its root with --ca-file.";

pub(super) const CLOCK: &str =
    "Set the clock of this machine and that of the server (`timedatectl set-ntp true`).";

pub(super) const ADDRESSES: &str = "Mobile networks are often IPv6 alone: take addresses out of the DNS at which the server does not answer, or let it answer there with the same certificate. nginx: `listen [::]:443 ssl;`; Apache: `Listen [::]:443`; Caddy listens on both by itself. A firewall needs the rule for IPv6, too.";
