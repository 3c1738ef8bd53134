//! What an administrator writes into the configuration of nginx, Apache or Caddy to fix a finding.

pub(super) const PLAIN_PORT: &str = "Switch TLS on for this port. nginx: `listen 443 ssl;` with `ssl_certificate` and `ssl_certificate_key`; Apache: `SSLEngine on` in `<VirtualHost *:443>`; Caddy: name the site `https://HOST` (it does the rest by itself).";

pub(super) const VERSIONS: &str = "nginx: `ssl_protocols TLSv1.2 TLSv1.3;`; Apache: `SSLProtocol -all +TLSv1.2 +TLSv1.3`; Caddy: `tls { protocols tls1.2 tls1.3 }`, which is its default. A TLS library that knows neither must be updated.";

pub(super) const SUITES: &str = "nginx: `ssl_ciphers ECDHE+AESGCM:ECDHE+CHACHA20;`; Apache: `SSLCipherSuite ECDHE+AESGCM:ECDHE+CHACHA20`; Caddy: remove `ciphers` from `tls { }`, because its defaults are right.";

pub(super) const ALPN: &str = "nginx: `http2 on;` (before 1.25.1: `listen 443 ssl http2;`); Apache: `Protocols h2 http/1.1`; Caddy does this by itself.";

pub(super) const NAME: &str = "Let the site answer to the name that clients ask for. nginx: `server_name HOST;`; Apache: `ServerName HOST`; Caddy: name the site `HOST`.";

pub(super) const NO_CLIENT_CERTIFICATE: &str = "Let the server ask for no client certificate: the apps have none. Protect the folder with a user name and a password.";

pub(super) const FULL_CHAIN: &str = "Send the whole chain: certbot's fullchain.pem, not cert.pem. nginx: `ssl_certificate /etc/letsencrypt/live/HOST/fullchain.pem;`; Apache: `SSLCertificateFile /etc/letsencrypt/live/HOST/fullchain.pem`; Caddy: `tls fullchain.pem privkey.pem`, or remove `tls` and let Caddy get its own.";

pub(super) const CHAIN_IN_ORDER: &str = "Put the server's certificate first, then each issuer after the certificate that it issued, without the root and without other certificates; certbot's fullchain.pem has this order. nginx: `ssl_certificate fullchain.pem;`; Apache: `SSLCertificateFile fullchain.pem`; Caddy: `tls fullchain.pem privkey.pem`.";

pub(super) const NEW_NAME: &str = "Get a certificate whose subject alternative names include this host name (`certbot certonly -d HOST`), or use a name that the certificate has. nginx: `ssl_certificate fullchain.pem;` in the `server` block of `server_name HOST;`; Apache: `SSLCertificateFile fullchain.pem` in the `VirtualHost` of `ServerName HOST`; Caddy: name the site `HOST`.";

pub(super) const RENEW: &str = "Renew the certificate (`certbot renew`), automate this, and let the server load the new certificate.";

pub(super) const NEW_KEY: &str = "Get a certificate with a new key (`certbot certonly --key-type ecdsa -d HOST`, or `--key-type rsa --rsa-key-size 2048`). nginx: `ssl_certificate fullchain.pem; ssl_certificate_key privkey.pem;`; Apache: `SSLCertificateFile fullchain.pem` and `SSLCertificateKeyFile privkey.pem`; Caddy: remove `tls`; it then makes a P-256 key by itself.";

pub(super) const NEW_CERTIFICATE: &str = "Get a certificate from a public authority, such as Let's Encrypt: its certificates conform. A private authority must issue a new certificate. nginx: `ssl_certificate fullchain.pem;`; Apache: `SSLCertificateFile fullchain.pem`; Caddy: remove `tls` and let it get its own.";

pub(super) const STAPLE: &str = "nginx: `ssl_stapling on; ssl_stapling_verify on;` with a `resolver`; Apache: `SSLUseStapling on` with `SSLStaplingCache shmcb:/run/ocsp(128000)`; Caddy staples by itself. Or get a certificate without that requirement: Let's Encrypt no longer runs OCSP.";

pub(super) const TRUSTED: &str = "Get a certificate from a public authority (with certbot, Caddy or acme.sh). The root of a private authority must be installed on every phone, and on iOS also switched on; to test with it, give it with --ca-file.";

pub(super) const EVERY_CONNECTION: &str = "Several servers, or several processes of one, answer under this name, and not all of them have the new certificate. Install it on each of them, and restart those that still run with the old one.";

pub(super) const CLOCK: &str =
    "Set the clock of this machine and that of the server (`timedatectl set-ntp true`).";

pub(super) const ADDRESSES: &str = "Mobile networks are often IPv6 only. Remove the addresses at which the server does not answer from the DNS, or let it answer there with the same certificate. nginx: `listen [::]:443 ssl;`; Apache: `Listen [::]:443`; Caddy listens on both by itself. A firewall needs a rule for IPv6 as well.";
