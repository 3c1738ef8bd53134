//! Certificates made by OpenSSL, and its own server with many settings.

use crate::process::{Folder, Running, program, start};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use tempfile::TempDir;

/// One way in which `openssl s_server` is started.
pub struct Server {
    pub name: &'static str,
    pub certificate: &'static str,
    pub arguments: &'static [&'static str],
}

pub const fn server(
    name: &'static str,
    certificate: &'static str,
    arguments: &'static [&'static str],
) -> Server {
    Server {
        name,
        certificate,
        arguments,
    }
}

const OLD: &str = "DEFAULT:@SECLEVEL=0";

const SERVERS: &[Server] = &[
    server("tls1", "rsa", &["-tls1", "-cipher", OLD]),
    server("tls1_1", "rsa", &["-tls1_1", "-cipher", OLD]),
    server("tls1_2", "rsa", &["-tls1_2"]),
    server("tls1_3", "rsa", &["-tls1_3"]),
    server("all versions", "rsa", &["-cipher", OLD]),
    server("AES128-SHA", "rsa", &["-tls1_2", "-cipher", "AES128-SHA"]),
    server(
        "DHE-RSA-AES128-GCM-SHA256",
        "rsa",
        &["-tls1_2", "-cipher", "DHE-RSA-AES128-GCM-SHA256"],
    ),
    server(
        "ECDHE-RSA-AES128-SHA",
        "rsa",
        &["-tls1_2", "-cipher", "ECDHE-RSA-AES128-SHA"],
    ),
    server(
        "ECDHE-ECDSA-AES256-GCM-SHA384",
        "ecdsa",
        &["-tls1_2", "-cipher", "ECDHE-ECDSA-AES256-GCM-SHA384"],
    ),
    server(
        "ECDHE-RSA-CHACHA20-POLY1305",
        "rsa",
        &["-tls1_2", "-cipher", "ECDHE-RSA-CHACHA20-POLY1305"],
    ),
    server(
        "ECDHE-ECDSA-AES128-CCM",
        "ecdsa",
        &["-tls1_2", "-cipher", "ECDHE-ECDSA-AES128-CCM"],
    ),
    server(
        "TLS_AES_128_CCM_SHA256",
        "ecdsa",
        &["-tls1_3", "-ciphersuites", "TLS_AES_128_CCM_SHA256"],
    ),
    server("P-521", "p-521", &[]),
    server("secp256k1", "secp256k1", &[]),
    server("Ed25519", "ed25519", &[]),
    server("RSA 1024", "rsa-1024", &["-cipher", OLD]),
    server("SHA-1", "sha-1", &["-cipher", OLD]),
    server("client certificate", "rsa", &["-Verify", "1"]),
    server("optional client certificate", "rsa", &["-verify", "1"]),
];

/// Certificates for 127.0.0.1, made by OpenSSL, and the root that signed them.
pub struct Certificates {
    folder: TempDir,
}

impl Certificates {
    pub fn make() -> Self {
        let folder = TempDir::with_prefix("safe-conformance-").expect("a temporary folder");
        let made = Self { folder };
        let curve = ["-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256"];
        made.key("root", &curve);
        made.openssl(&[
            "req",
            "-x509",
            "-new",
            "-key",
            "root.key",
            "-out",
            "root.pem",
            "-days",
            "30",
            "-subj",
            "/CN=safe-conformance test root",
        ]);
        fs::write(
            made.path("leaf.cnf"),
            "subjectAltName = IP:127.0.0.1\nextendedKeyUsage = serverAuth\nkeyUsage = digitalSignature, keyEncipherment\nbasicConstraints = CA:FALSE\n",
        )
        .expect("a file");
        let rsa = |bits| ["-algorithm", "RSA", "-pkeyopt", bits];
        made.key("rsa", &rsa("rsa_keygen_bits:2048"));
        made.key("rsa-1024", &rsa("rsa_keygen_bits:1024"));
        made.key("sha-1", &rsa("rsa_keygen_bits:2048"));
        made.key("ecdsa", &curve);
        let on = |curve| ["-algorithm", "EC", "-pkeyopt", curve];
        made.key("p-521", &on("ec_paramgen_curve:P-521"));
        made.key("secp256k1", &on("ec_paramgen_curve:secp256k1"));
        made.key("ed25519", &["-algorithm", "ED25519"]);
        for name in [
            "rsa",
            "rsa-1024",
            "sha-1",
            "ecdsa",
            "p-521",
            "secp256k1",
            "ed25519",
        ] {
            made.leaf(name, if name == "sha-1" { "-sha1" } else { "-sha256" });
        }
        made
    }

    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).expect("what was made")
    }

    fn key(&self, name: &str, kind: &[&str]) {
        let out = format!("{name}.key");
        self.openssl(&[&["genpkey", "-out", &out][..], kind].concat());
    }

    fn leaf(&self, name: &str, digest: &str) {
        let [key, request, out] = ["key", "csr", "pem"].map(|kind| format!("{name}.{kind}"));
        let subject = "/CN=safe-conformance test";
        self.openssl(&[
            "req", "-new", "-key", &key, "-out", &request, "-subj", subject,
        ]);
        self.openssl(&[
            "x509",
            "-req",
            "-in",
            &request,
            "-out",
            &out,
            "-days",
            "30",
            digest,
            "-CA",
            "root.pem",
            "-CAkey",
            "root.key",
            "-CAcreateserial",
            "-extfile",
            "leaf.cnf",
        ]);
    }

    pub fn openssl(&self, arguments: &[&str]) {
        let mut command = openssl();
        let output = command
            .args(arguments)
            .current_dir(self.folder.path())
            .output();
        let output = output.expect("openssl runs");
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{arguments:?}: {said}");
    }
}

fn openssl() -> Command {
    Command::new(program("openssl", "").expect("looked for before the test began"))
}

impl Server {
    /// Starts the server, which ends when the value is dropped.
    pub fn start(&self, certificates: &Certificates) -> Running {
        let name = self.certificate;
        let (leaf, key) = (
            certificates.read(&format!("{name}.pem")),
            certificates.read(&format!("{name}.key")),
        );
        start(|folder: &Folder, port| {
            let mut command = openssl();
            command
                .args(["s_server", "-www", "-accept", &format!("127.0.0.1:{port}")])
                .arg("-cert")
                .arg(folder.write("leaf.pem", &leaf))
                .arg("-key")
                .arg(folder.write("key.pem", &key))
                .args(self.arguments)
                // These servers must also offer what the distribution forbids.
                .env("OPENSSL_CONF", "/dev/null");
            command
        })
    }
}

/// Runs a function with every server, all at once, and returns the results in their order.
pub fn with_each<T: Send>(
    certificates: &Certificates,
    act: impl Fn(&Server, &Running) -> T + Sync,
) -> Vec<T> {
    let act = &act;
    std::thread::scope(|scope| {
        let threads: Vec<_> = SERVERS
            .iter()
            .map(|server| scope.spawn(move || act(server, &server.start(certificates))))
            .collect();
        let joined = threads.into_iter().map(std::thread::ScopedJoinHandle::join);
        joined
            .map(|joined| joined.unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
            .collect()
    })
}
