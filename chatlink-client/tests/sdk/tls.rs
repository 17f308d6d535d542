//! Over TLS: calls by `https` and the socket by `wss`, to a server whose certificate an authority of one's own signed.
//!
//! Whom a device trusts is asked once a process, by `SSL_CERT_FILE` and `SSL_CERT_DIR`: each device here is a process of
//! its own, this program once more.

use crate::{
    server::{PASSWORD, Server},
    talk::{friends, texts, until},
};
use axum::serve::Listener;
use chatlink_client::{Client, ClientError, Retry, api::Login};
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use rustls::pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject as _};
use std::{net::SocketAddr, path::Path, process::Command, sync::Arc};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::{TlsAcceptor, server::TlsStream};

/// The folder with the certificates, told to the other process.
const FOLDER: &str = "CHATLINK_TEST_CERTIFICATES";
/// Which device it is.
const DEVICE: &str = "CHATLINK_TEST_DEVICE";

/// Takes in who comes by TLS; who does not is passed over.
struct Encrypted {
    listener: TcpListener,
    tls: TlsAcceptor,
}

impl Listener for Encrypted {
    type Io = TlsStream<TcpStream>;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (TlsStream<TcpStream>, SocketAddr) {
        loop {
            let Ok((stream, address)) = self.listener.accept().await else { continue };
            if let Ok(stream) = self.tls.accept(stream).await {
                return (stream, address);
            }
        }
    }

    fn local_addr(&self) -> std::io::Result<SocketAddr> {
        self.listener.local_addr()
    }
}

/// Serves over TLS as `localhost`, and answers the address.
async fn listen(server: &Server, folder: &Path) -> String {
    let chain = vec![CertificateDer::from_pem_file(folder.join("localhost.pem")).unwrap()];
    let key = PrivateKeyDer::from_pem_file(folder.join("localhost.key")).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
    let config = config.with_no_client_auth().with_single_cert(chain, key).unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let encrypted = Encrypted { listener, tls: TlsAcceptor::from(Arc::new(config)) };
    let port = encrypted.local_addr().unwrap().port();
    let service = server.app.clone().into_make_service();
    tokio::spawn(async move { axum::serve(encrypted, service).await });
    format!("https://localhost:{port}")
}

/// Writes an authority, a certificate for `localhost` that it signed, and an authority that signed nothing.
fn certificates(folder: &Path) {
    let authority = |name: &str| {
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.distinguished_name.push(rcgen::DnType::CommonName, name);
        CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap()
    };
    let (ours, other) = (authority("ours"), authority("another"));
    let key = KeyPair::generate().unwrap();
    let leaf = CertificateParams::new(vec!["localhost".to_owned()]).unwrap().signed_by(&key, &ours).unwrap();
    for (name, text) in [
        ("ours.pem", ours.pem()),
        ("another.pem", other.pem()),
        ("localhost.pem", leaf.pem()),
        ("localhost.key", key.serialize_pem()),
    ] {
        std::fs::write(folder.join(name), text).unwrap();
    }
    std::fs::create_dir(folder.join("nothing")).unwrap();
}

/// Runs the test below as such a device.
fn run(device: &str, folder: &Path, trusted: &str) {
    let mut program = Command::new(std::env::current_exe().unwrap());
    program.args(["tls::one_device", "--exact", "--ignored", "--nocapture"]);
    program.env(FOLDER, folder).env(DEVICE, device).env("SSL_CERT_DIR", folder.join("nothing"));
    let output = program.env("SSL_CERT_FILE", folder.join(trusted)).output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success() && said.contains("1 passed"), "{device}: {said}");
}

#[test]
fn who_trusts_the_authority_talks_over_tls_and_nobody_else_does() {
    let folder = tempfile::tempdir().unwrap();
    certificates(folder.path());
    run("trusting", folder.path(), "ours.pem");
    run("strange", folder.path(), "another.pem");
    run("bare", folder.path(), "no such file");
}

#[tokio::test]
#[ignore = "a device of the test above, which runs it"]
async fn one_device() {
    let folder = std::path::PathBuf::from(std::env::var_os(FOLDER).expect("run by the test above"));
    let server = Server::new().await;
    let address = listen(&server, &folder).await;
    match std::env::var(DEVICE).unwrap().as_str() {
        "trusting" => {
            let (anna, berta, room) = friends(&server, || Client::new(&address).unwrap()).await;
            let mut hers = anna.timeline(room).await.unwrap();
            berta.send(room, "by wss").await.unwrap();
            until(&mut hers, |items| texts(items) == ["by wss"]).await;
        }
        "strange" => {
            let login = Login { login: "anna".to_owned(), password: PASSWORD.into(), second_factor: None };
            let error = Client::new(&address).unwrap().login(&login).await.err().expect("nobody it trusts");
            assert!(matches!(error, ClientError::Unreachable) && error.retry() != Retry::Never);
        }
        _ => {
            for address in [address.as_str(), "http://localhost"] {
                assert!(matches!(Client::new(address).err(), Some(ClientError::NoTrust)));
            }
            assert!(matches!(Client::new("ftp://localhost").err(), Some(ClientError::Address)));
        }
    }
}
