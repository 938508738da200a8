//! A locked front with real certificates: TLS, client certificates, users, headers, and files that change.
#![allow(clippy::unwrap_used, reason = "a test stops at the first surprise")]

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::routing::{get, post};
use narthex_http_client::{Client, Connection, HttpOptions, Request, SecretSource, TlsOptions};
use narthex_web::secure::{ClientAuth, Live, Pem, RateLimit, TlsConfig, TlsVersion, WebConfig};
use narthex_web::server::{self, Options};
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use rustls::{ClientConfig, RootCertStore, version};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

/// A folder with an authority, a server's and a client's certificate.
struct Certificates {
    folder: tempfile::TempDir,
    authority: CertifiedIssuer<'static, KeyPair>,
}

impl Certificates {
    fn new() -> Self {
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let authority = CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap();
        let this = Self { folder: tempfile::tempdir().unwrap(), authority };
        std::fs::write(this.path("ca.pem"), this.authority.pem()).unwrap();
        this.issue("server", "localhost");
        this.issue("client", "ann.example");
        this
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Writes `NAME.pem` and `NAME.key`.
    fn issue(&self, name: &str, dns: &str) {
        let key = KeyPair::generate().unwrap();
        let params = CertificateParams::new(vec![dns.to_owned()]).unwrap();
        let certificate = params.signed_by(&key, &self.authority).unwrap();
        std::fs::write(self.path(&format!("{name}.pem")), certificate.pem()).unwrap();
        std::fs::write(self.path(&format!("{name}.key")), key.serialize_pem()).unwrap();
    }

    fn tls(&self) -> TlsConfig {
        TlsConfig {
            cert: Pem::File(self.path("server.pem")),
            key: Pem::File(self.path("server.key")),
            client_auth: ClientAuth::NoClientCert,
            client_ca: None,
            client_allowed_sans: Vec::new(),
            min_version: TlsVersion::Tls12,
            max_version: TlsVersion::Tls13,
            cipher_suites: Vec::new(),
            curves: Vec::new(),
        }
    }

    fn client(
        &self,
        own: Option<&str>,
        versions: &[&'static rustls::SupportedProtocolVersion],
    ) -> ClientConfig {
        let mut roots = RootCertStore::empty();
        roots.add(self.authority.der().clone()).unwrap();
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let builder = ClientConfig::builder_with_provider(provider)
            .with_protocol_versions(versions)
            .unwrap()
            .with_root_certificates(roots);
        match own {
            None => builder.with_no_client_auth(),
            Some(name) => {
                let chain = CertificateDer::from_pem_file(self.path(&format!("{name}.pem"))).unwrap();
                let key = PrivateKeyDer::from_pem_file(self.path(&format!("{name}.key"))).unwrap();
                builder.with_client_auth_cert(vec![chain], key).unwrap()
            }
        }
    }
}

const BOTH: &[&rustls::SupportedProtocolVersion] = &[&version::TLS12, &version::TLS13];

/// A front whose settings the test can change.
struct Front {
    address: SocketAddr,
    settings: Arc<Mutex<Result<WebConfig, String>>>,
    file: PathBuf,
    changes: usize,
}

async fn front(file: &Path, config: WebConfig) -> Front {
    let settings = Arc::new(Mutex::new(Ok(config)));
    std::fs::write(file, "").unwrap();
    let read = Arc::clone(&settings);
    let live = Live::new(file, move |_| read.lock().unwrap().clone()).unwrap();
    let listener = server::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let router = Router::new()
        .route("/", get(|| async { "hello" }))
        .route("/version", get(|version: http::Version| async move { format!("{version:?}") }))
        .route("/body", post(|body: String| async { body }));
    let options = Options {
        secure: Some(Arc::new(live)),
        read_timeout: Duration::from_millis(400),
        ..Options::default()
    };
    tokio::spawn(async move {
        // The sender stays here, so that the server runs until the test ends.
        let (_stop, stopped) = tokio::sync::watch::channel(false);
        server::serve(vec![listener], router, options, stopped).await;
    });
    Front { address, settings, file: file.to_owned(), changes: 0 }
}

impl Front {
    fn change(&mut self, settings: Result<WebConfig, String>) {
        *self.settings.lock().unwrap() = settings;
        self.changes += 1;
        std::fs::write(&self.file, "#".repeat(self.changes)).unwrap();
    }

    async fn plain(&self, request: &str) -> String {
        let mut stream = TcpStream::connect(self.address).await.unwrap();
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut answer = Vec::new();
        // A server that slams the door may reset the connection: what it said before counts.
        let _ = stream.read_to_end(&mut answer).await;
        String::from_utf8(answer).unwrap()
    }

    async fn tls(&self, client: ClientConfig) -> Result<String, String> {
        let stream = TcpStream::connect(self.address).await.unwrap();
        let name = ServerName::try_from("localhost").unwrap();
        let connector = TlsConnector::from(Arc::new(client));
        let mut stream = connector.connect(name, stream).await.map_err(|error| error.to_string())?;
        stream.write_all(GET.as_bytes()).await.map_err(|error| error.to_string())?;
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).await.map_err(|error| error.to_string())?;
        Ok(String::from_utf8(answer).unwrap())
    }
}

const GET: &str = "GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";

fn with_user(basic: &str) -> String {
    GET.replace("Connection", &format!("Authorization: Basic {basic}\r\nConnection"))
}

#[tokio::test]
async fn versions_and_plain_http_on_a_tls_port() {
    let certificates = Certificates::new();
    let tls = TlsConfig { min_version: TlsVersion::Tls13, ..certificates.tls() };
    let front =
        front(&certificates.path("web.yml"), WebConfig { tls: Some(tls), ..WebConfig::default() }).await;
    let answer = front.tls(certificates.client(None, BOTH)).await.unwrap();
    assert!(answer.ends_with("hello"), "{answer}");
    assert!(front.tls(certificates.client(None, &[&version::TLS12])).await.is_err());
    let answer = front.plain(GET).await;
    assert!(answer.starts_with("HTTP/1.0 400") && answer.contains("HTTPS server"), "{answer}");
}

#[tokio::test]
async fn clients_show_what_is_asked_for() {
    let certificates = Certificates::new();
    let foreign = Certificates::new();
    std::fs::copy(foreign.path("client.pem"), certificates.path("foreign.pem")).unwrap();
    std::fs::copy(foreign.path("client.key"), certificates.path("foreign.key")).unwrap();
    let mut front = front(
        &certificates.path("web.yml"),
        WebConfig { tls: Some(certificates.tls()), ..WebConfig::default() },
    )
    .await;
    use ClientAuth::*;
    // Each rule with: no certificate, a foreign one, one of ours.
    for (client_auth, ca, sans, expected) in [
        (NoClientCert, false, vec![], [true, true, true]),
        (RequestClientCert, false, vec![], [true, true, true]),
        (RequireAnyClientCert, false, vec![], [false, true, true]),
        (VerifyClientCertIfGiven, true, vec![], [true, false, true]),
        (RequireAndVerifyClientCert, true, vec![], [false, false, true]),
        (RequireAndVerifyClientCert, true, vec!["bob.example", "ann.example"], [false, false, true]),
        (RequireAndVerifyClientCert, true, vec!["bob.example"], [false, false, false]),
        (VerifyClientCertIfGiven, true, vec!["bob.example"], [true, false, false]),
    ] {
        let tls = TlsConfig {
            client_auth,
            client_ca: ca.then(|| Pem::File(certificates.path("ca.pem"))),
            client_allowed_sans: sans.iter().map(|san| (*san).to_owned()).collect(),
            ..certificates.tls()
        };
        front.change(Ok(WebConfig { tls: Some(tls), ..WebConfig::default() }));
        for version in BOTH {
            let mut came_in = Vec::new();
            for own in [None, Some("foreign"), Some("client")] {
                came_in.push(front.tls(certificates.client(own, &[version])).await.is_ok());
            }
            assert_eq!(came_in, expected, "{client_auth:?} {sans:?} {version:?}");
        }
    }
}

#[tokio::test]
async fn certificates_are_rotated_in_place() {
    let certificates = Certificates::new();
    let front = front(
        &certificates.path("web.yml"),
        WebConfig { tls: Some(certificates.tls()), ..WebConfig::default() },
    )
    .await;
    assert!(front.tls(certificates.client(None, BOTH)).await.is_ok());
    certificates.issue("server", "another.example");
    let error = front.tls(certificates.client(None, BOTH)).await.unwrap_err();
    assert!(error.contains("another.example"), "{error}");
    std::fs::remove_file(certificates.path("server.key")).unwrap();
    assert!(front.tls(certificates.client(None, BOTH)).await.is_err(), "without a key nobody comes in");
    certificates.issue("server", "localhost");
    assert!(front.tls(certificates.client(None, BOTH)).await.is_ok());
}

#[tokio::test]
async fn users_headers_and_limits_follow_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("web.yml");
    let users = BTreeMap::from([("ann".to_owned(), bcrypt::hash("a:b", 4).unwrap())]);
    let header = ("x-frame-options".parse().unwrap(), "deny".parse().unwrap());
    let config = WebConfig { users, headers: vec![header], ..WebConfig::default() };
    let mut front = front(&file, config.clone()).await;
    let refused = front.plain(GET).await;
    assert!(refused.starts_with("HTTP/1.1 401") && refused.contains("www-authenticate: Basic"), "{refused}");
    assert!(refused.contains("x-frame-options: deny") && refused.ends_with("Unauthorized\n"), "{refused}");
    assert!(front.plain(&with_user("YW5uOmE6Yg==")).await.ends_with("hello"));
    assert!(front.plain(&with_user("YW5uOmE6YQ==")).await.starts_with("HTTP/1.1 401"));
    front.change(Err("line 1: nonsense".to_owned()));
    let closed = front.plain(&with_user("YW5uOmE6Yg==")).await;
    assert!(closed.starts_with("HTTP/1.1 500") && !closed.contains("nonsense"), "{closed}");
    front.change(Ok(WebConfig::default()));
    assert!(front.plain(GET).await.ends_with("hello"));
    let limit = RateLimit { interval: Duration::from_secs(60), burst: 2 };
    front.change(Ok(WebConfig { rate_limit: Some(limit), ..WebConfig::default() }));
    for status in ["200", "200", "429"] {
        let answer = front.plain(GET).await;
        assert!(answer.starts_with(&format!("HTTP/1.1 {status}")), "{answer}");
    }
}

#[tokio::test]
async fn http2_is_spoken_unless_it_is_off() {
    let certificates = Certificates::new();
    let config = |http2| WebConfig { tls: Some(certificates.tls()), http2, ..WebConfig::default() };
    let mut front = front(&certificates.path("web.yml"), config(true)).await;
    let tls =
        TlsOptions { ca: Some(SecretSource::File(certificates.path("ca.pem"))), ..TlsOptions::default() };
    let client = Client::new(HttpOptions { tls, ..HttpOptions::default() });
    let url = format!("https://localhost:{}/version", front.address.port()).parse().unwrap();
    let request = Request::get(url, http::HeaderMap::new());
    for (http2, expected) in [(true, "HTTP/2.0"), (false, "HTTP/1.1")] {
        front.change(Ok(config(http2)));
        let mut connection = Connection::new();
        for _ in 0..2 {
            let mut body = Vec::new();
            let head = client.fetch(&mut connection, &request, 100, &mut body).await.unwrap();
            assert_eq!((head.status.as_u16(), body.as_slice()), (200, expected.as_bytes()));
        }
    }
}

#[tokio::test]
async fn slow_clients_are_let_go() {
    let folder = tempfile::tempdir().unwrap();
    let front = front(&folder.path().join("web.yml"), WebConfig::default()).await;
    let whole = "POST /body HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n";
    // Nothing at all; half a head; half a body; a request, and then silence on a connection that could stay open.
    for (sent, answered) in [
        ("", ""),
        ("GET / HT", ""),
        (whole, "HTTP/1.1 400"),
        ("GET / HTTP/1.1\r\nHost: x\r\n\r\n", "HTTP/1.1 200"),
    ] {
        let answer = tokio::time::timeout(Duration::from_secs(20), front.plain(sent)).await;
        let answer = answer.unwrap_or_else(|_| panic!("{sent:?} keeps its connection"));
        assert!(answer.starts_with(answered), "{sent:?}: {answer:?}");
    }
}
