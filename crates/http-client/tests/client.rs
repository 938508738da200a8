//! The client against scripted servers: credentials, redirects, connections, TLS, proxies, tokens.

mod support;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::HeaderMap;
use narthex_http_client::rsa::{Algorithm, SigningKey};
use narthex_http_client::{
    Authorization, BasicAuth, Client, ClientError, Connection, Grant, Head, HttpOptions, OAuth2,
    ProxyOptions, Request, Secret, SecretSource, Statement, TlsOptions, TlsVersion,
};
use ring::signature::{
    RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_2048_8192_SHA384, RSA_PKCS1_2048_8192_SHA512, UnparsedPublicKey,
};
use rustls::ServerConfig;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;
use url::Url;

use support::{data, tls_server};

type Log = Arc<Mutex<Vec<String>>>;
type Answerer = Arc<dyn Fn(&str) -> String + Send + Sync>;

/// A server that answers each request head as `answer` says, and logs it.
struct Server {
    address: String,
    log: Log,
    task: tokio::task::JoinHandle<()>,
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Server {
    async fn start(
        tls: Option<ServerConfig>,
        answer: impl Fn(&str) -> String + Send + Sync + 'static,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("an address").to_string();
        let log = Log::default();
        let (answer, heads): (Answerer, Log) = (Arc::new(answer), Arc::clone(&log));
        let acceptor = tls.map(|config| TlsAcceptor::from(Arc::new(config)));
        let task = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (answer, heads, acceptor) = (Arc::clone(&answer), Arc::clone(&heads), acceptor.clone());
                tokio::spawn(async move {
                    match acceptor {
                        Some(acceptor) => {
                            if let Ok(stream) = acceptor.accept(stream).await {
                                serve(stream, answer, heads).await;
                            }
                        }
                        None => serve(stream, answer, heads).await,
                    }
                });
            }
        });
        Self { address, log, task }
    }

    fn url(&self, scheme: &str, path: &str) -> Url {
        format!("{scheme}://{}{path}", self.address).parse().expect("a URL")
    }

    fn heads(&self) -> Vec<String> {
        self.log.lock().expect("not poisoned").clone()
    }
}

async fn serve(mut stream: impl AsyncRead + AsyncWrite + Unpin, answer: Answerer, log: Log) {
    let mut head = Vec::new();
    loop {
        let mut chunk = [0; 2048];
        match stream.read(&mut chunk).await {
            Ok(read) if read > 0 => head.extend_from_slice(&chunk[..read]),
            _ => return,
        }
        let text = String::from_utf8_lossy(&head).into_owned();
        let Some((_, body)) = text.split_once("\r\n\r\n") else { continue };
        let length = text
            .to_lowercase()
            .split("content-length: ")
            .nth(1)
            .and_then(|rest| rest.split("\r\n").next().and_then(|length| length.parse::<usize>().ok()));
        if body.len() < length.unwrap_or(0) {
            continue;
        }
        head.clear();
        log.lock().expect("not poisoned").push(text.clone());
        if stream.write_all(answer(&text).as_bytes()).await.is_err() {
            return;
        }
    }
}

fn ok(body: &str) -> String {
    format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{body}", body.len())
}

fn redirect(to: &str) -> String {
    format!("HTTP/1.1 302 Found\r\nLocation: {to}\r\nContent-Length: 0\r\n\r\n")
}

async fn get(options: HttpOptions, url: &Url) -> Result<(Head, String), ClientError> {
    let request = Request::get(url.clone(), HeaderMap::new());
    // In a task of its own, as callers do: the future must be one that may move between threads.
    let fetch = tokio::spawn(async move {
        let mut body = Vec::new();
        let head = Client::new(options).fetch(&mut Connection::new(), &request, 1 << 20, &mut body).await?;
        Ok((head, String::from_utf8_lossy(&body).into_owned()))
    });
    fetch.await.expect("no panic")
}

fn inline(text: &str) -> SecretSource {
    SecretSource::Inline(Secret::new(text))
}

fn file(name: &str) -> Option<SecretSource> {
    Some(SecretSource::File(data(name)))
}

fn header<'h>(head: &'h str, name: &str) -> Option<&'h str> {
    let mut lines = head.lines();
    lines.find_map(|line| line.split_once(": ").filter(|(n, _)| n.eq_ignore_ascii_case(name))).map(|(_, v)| v)
}

#[tokio::test]
async fn a_connection_is_used_again_and_replaced_when_it_closed() {
    let server = Server::start(None, |_| ok("a")).await;
    let client = Client::new(HttpOptions::default());
    let mut connection = Connection::new();
    let request = Request::get(server.url("http", "/x?y=z"), HeaderMap::new());
    for _ in 0..3 {
        let mut body = Vec::new();
        client.fetch(&mut connection, &request, 10, &mut body).await.unwrap();
        assert_eq!(body, b"a");
    }
    assert!(server.heads()[0].starts_with("GET /x?y=z HTTP/1.1\r\n"));
    assert_eq!(header(&server.heads()[0], "host"), Some(server.address.as_str()));
    // A body that is not read to its end costs the connection, and only that.
    let other = Server::start(None, |_| ok("a")).await;
    let request = Request::get(other.url("http", "/"), HeaderMap::new());
    client.fetch(&mut connection, &request, 10, &mut Vec::new()).await.unwrap();
    let error = client.fetch(&mut connection, &request, 0, &mut Vec::new()).await.unwrap_err();
    assert!(matches!(error, ClientError::BodyTooLarge { limit: 0 }), "{error}");
    client.fetch(&mut connection, &request, 10, &mut Vec::new()).await.unwrap();
}

#[tokio::test]
async fn credentials_of_all_kinds() {
    let server = Server::start(None, |_| ok("")).await;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("token");
    std::fs::write(&path, "from-file\n").unwrap();
    let basic = BasicAuth { username: inline("u"), password: inline("p") };
    let bearer = Authorization { kind: "Bearer".to_owned(), credentials: SecretSource::File(path) };
    let options = [
        HttpOptions { basic_auth: Some(basic), ..HttpOptions::default() },
        HttpOptions { authorization: Some(bearer), ..HttpOptions::default() },
        HttpOptions {
            headers: BTreeMap::from([("X-Scope".to_owned(), vec![inline("a"), inline("b")])]),
            ..HttpOptions::default()
        },
        HttpOptions::default(),
    ];
    for options in options {
        get(options, &server.url("http", "/")).await.unwrap();
    }
    let mut with_user = server.url("http", "/");
    with_user.set_username("url%40user").unwrap();
    get(HttpOptions::default(), &with_user).await.unwrap();
    let sent: Vec<String> = server
        .heads()
        .iter()
        .map(|head| header(head, "authorization").unwrap_or("none").to_owned())
        .collect();
    assert_eq!(sent, ["Basic dTpw", "Bearer from-file", "none", "none", "Basic dXJsQHVzZXI6"]);
    assert!(server.heads()[2].contains("x-scope: a\r\nx-scope: b\r\n"), "{}", server.heads()[2]);
    let missing = Authorization {
        kind: "Bearer".to_owned(),
        credentials: SecretSource::File(folder.path().join("missing")),
    };
    let options = HttpOptions { authorization: Some(missing), ..HttpOptions::default() };
    let error = get(options.clone(), &server.url("http", "/")).await.unwrap_err();
    assert!(matches!(error, ClientError::SecretFile { .. }), "{error}");
    assert!(
        !format!(
            "{:?}",
            HttpOptions {
                basic_auth: Some(BasicAuth { username: inline("u"), password: inline("hush") }),
                ..options
            }
        )
        .contains("hush")
    );
}

#[tokio::test]
async fn credentials_stay_with_their_host() {
    let other = Server::start(None, |_| ok("other")).await;
    let to = other.url("http", "/there").to_string();
    let server = Server::start(None, move |head| {
        if head.starts_with("GET /here") { redirect("/relative") } else { redirect(&to) }
    })
    .await;
    let basic = BasicAuth { username: inline("u"), password: inline("p") };
    let options = HttpOptions { basic_auth: Some(basic), ..HttpOptions::default() };
    let (_, body) = get(options, &server.url("http", "/here")).await.unwrap();
    assert_eq!(body, "other");
    assert!(server.heads().iter().all(|head| header(head, "authorization").is_some()));
    assert!(server.heads()[1].starts_with("GET /relative"));
    assert_eq!(header(&other.heads()[0], "authorization"), None);
}

fn with_tls(tls: TlsOptions) -> HttpOptions {
    HttpOptions { tls, ..HttpOptions::default() }
}

#[tokio::test]
async fn trust() {
    let server = Server::start(Some(tls_server("server", false)), |_| ok("secret")).await;
    let url = server.url("https", "/");
    let ca = TlsOptions { ca: file("ca.pem"), ..TlsOptions::default() };
    assert_eq!(get(with_tls(ca.clone()), &url).await.unwrap().1, "secret");
    let anything = TlsOptions { insecure_skip_verify: true, ..TlsOptions::default() };
    assert_eq!(get(with_tls(anything), &url).await.unwrap().1, "secret");
    let named = TlsOptions { server_name: Some("target.example".to_owned()), ..ca.clone() };
    assert_eq!(get(with_tls(named), &url).await.unwrap().1, "secret");
    let old = TlsOptions { max_version: Some(TlsVersion::Tls12), ..ca.clone() };
    assert_eq!(get(with_tls(old), &url).await.unwrap().1, "secret");
    let refused = [
        (TlsOptions { server_name: Some("other.example".to_owned()), ..ca.clone() }, "not valid for name"),
        (TlsOptions { ca: file("self.pem"), ..TlsOptions::default() }, "invalid peer certificate"),
        (TlsOptions { ca: Some(inline("no PEM")), ..TlsOptions::default() }, "there is no certificate in it"),
        (TlsOptions { cert: file("client.pem"), ..ca }, "a certificate needs its key"),
    ];
    for (options, text) in refused {
        let error = get(with_tls(options), &url).await.unwrap_err().to_string();
        assert!(error.contains(text), "{error}");
    }
}

#[tokio::test]
async fn a_named_self_signed_authority_may_stand_for_itself() {
    let server = Server::start(Some(tls_server("self", false)), |_| ok("self")).await;
    let named = TlsOptions { ca: file("self.pem"), ..TlsOptions::default() };
    assert_eq!(get(with_tls(named.clone()), &server.url("https", "/")).await.unwrap().1, "self");
    let wrong_name = TlsOptions { server_name: Some("other.example".to_owned()), ..named };
    assert!(get(with_tls(wrong_name), &server.url("https", "/")).await.is_err());
}

#[tokio::test]
async fn our_own_certificate() {
    let server = Server::start(Some(tls_server("server", true)), |_| ok("welcome")).await;
    let without = TlsOptions { ca: file("ca.pem"), ..TlsOptions::default() };
    assert!(get(with_tls(without.clone()), &server.url("https", "/")).await.is_err());
    let with = TlsOptions { cert: file("client.pem"), key: file("client.key"), ..without };
    assert_eq!(get(with_tls(with), &server.url("https", "/")).await.unwrap().1, "welcome");
}

#[tokio::test]
async fn plain_requests_go_whole_to_the_proxy() {
    let proxy = Server::start(None, |_| ok("by proxy")).await;
    let mut url = proxy.url("http", "/");
    url.set_username("u").unwrap();
    url.set_password(Some("p")).unwrap();
    let options =
        ProxyOptions { url: Some(url), no_proxy: "direct.example".to_owned(), ..ProxyOptions::default() };
    let options = HttpOptions { proxy: options, ..HttpOptions::default() };
    let target: Url = "http://target.example:9100/metrics?a=b".parse().unwrap();
    assert_eq!(get(options.clone(), &target).await.unwrap().1, "by proxy");
    let head = &proxy.heads()[0];
    assert!(head.starts_with("GET http://target.example:9100/metrics?a=b HTTP/1.1\r\n"), "{head}");
    assert_eq!(header(head, "host"), Some("target.example:9100"));
    assert_eq!(header(head, "proxy-authorization"), Some("Basic dTpw"));
    // Listed hosts and local ones are reached directly.
    let direct = Server::start(None, |_| ok("direct")).await;
    assert_eq!(get(options, &direct.url("http", "/")).await.unwrap().1, "direct");
}

#[tokio::test]
async fn tls_goes_through_a_tunnel() {
    let target = Server::start(Some(tls_server("server", false)), |_| ok("end")).await;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let proxy: Url = format!("http://{}", listener.local_addr().unwrap()).parse().unwrap();
    let to = target.address.clone();
    let tunnel = tokio::spawn(async move {
        let (mut client, _) = listener.accept().await.expect("a connection");
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            head.push(client.read_u8().await.expect("a head"));
        }
        client.write_all(b"HTTP/1.1 200 Connection established\r\n\r\n").await.expect("a client");
        let mut server = TcpStream::connect(to).await.expect("a target");
        let _ = tokio::io::copy_bidirectional(&mut client, &mut server).await;
        String::from_utf8_lossy(&head).into_owned()
    });
    let options = HttpOptions {
        tls: TlsOptions { ca: file("ca.pem"), ..TlsOptions::default() },
        proxy: ProxyOptions {
            url: Some(proxy),
            connect_headers: BTreeMap::from([("X-Why".to_owned(), vec![inline("because")])]),
            ..ProxyOptions::default()
        },
        ..HttpOptions::default()
    };
    assert_eq!(get(options, &"https://target.example/x".parse().unwrap()).await.unwrap().1, "end");
    let head = tunnel.await.unwrap();
    assert!(head.starts_with("CONNECT target.example:443 HTTP/1.1\r\n"), "{head}");
    assert_eq!(header(&head, "x-why"), Some("because"));
    assert!(target.heads()[0].starts_with("GET /x HTTP/1.1\r\n"));
}

#[tokio::test]
async fn a_refusing_proxy_is_named() {
    let proxy =
        Server::start(None, |_| "HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n".to_owned()).await;
    let options = ProxyOptions { url: Some(proxy.url("http", "/")), ..ProxyOptions::default() };
    let options = HttpOptions { proxy: options, ..HttpOptions::default() };
    let error = get(options, &"https://target.example/".parse().unwrap()).await.unwrap_err().to_string();
    assert!(error.contains("403 Forbidden"), "{error}");
}

#[tokio::test]
async fn tokens_are_fetched_once() {
    let tokens = Server::start(None, |head| {
        if header(head, "authorization").is_some() {
            return "HTTP/1.1 401 No\r\nContent-Length: 0\r\n\r\n".to_owned();
        }
        ok(r#"{"access_token": "t0k3n", "token_type": "bearer", "expires_in": 3600}"#)
    })
    .await;
    let server = Server::start(None, |_| ok("")).await;
    let oauth2 = OAuth2 {
        client_id: "id".to_owned(),
        grant: Grant::ClientCredentials(inline("s&cret")),
        scopes: vec!["a".to_owned(), "b".to_owned()],
        token_url: tokens.url("http", "/token"),
        endpoint_params: BTreeMap::from([("audience".to_owned(), "x".to_owned())]),
        tls: TlsOptions::default(),
        proxy: ProxyOptions::default(),
    };
    let options = HttpOptions { oauth2: Some(Box::new(oauth2)), ..HttpOptions::default() };
    let client = Client::new(options);
    let request = Request::get(server.url("http", "/"), HeaderMap::new());
    for _ in 0..2 {
        client.fetch(&mut Connection::new(), &request, 10, &mut Vec::new()).await.unwrap();
    }
    assert!(server.heads().iter().all(|head| header(head, "authorization") == Some("Bearer t0k3n")));
    let asked = tokens.heads();
    assert_eq!(asked.len(), 2, "once with the secret in the header, once in the form, then never again");
    assert_eq!(header(&asked[0], "authorization"), Some("Basic aWQ6cyUyNmNyZXQ="));
    let form = asked[1].split_once("\r\n\r\n").unwrap().1;
    assert_eq!(
        form,
        "grant_type=client_credentials&scope=a+b&client_id=id&client_secret=s%26cret&audience=x"
    );
}

/// Tokens for statements signed with the test key.
fn with_statement(token_url: Url, change: impl FnOnce(&mut OAuth2, &mut Statement)) -> HttpOptions {
    let mut statement = Statement {
        key: SecretSource::File(concat!(env!("CARGO_MANIFEST_DIR"), "/src/rsa/test_keys/plain.pem").into()),
        key_id: String::new(),
        algorithm: Algorithm::Rs256,
        issuer: String::new(),
        audience: String::new(),
        claims: serde_json::Map::new(),
    };
    let mut oauth2 = OAuth2 {
        client_id: "id".to_owned(),
        grant: Grant::ClientCredentials(inline("")),
        scopes: Vec::new(),
        token_url,
        endpoint_params: BTreeMap::new(),
        tls: TlsOptions::default(),
        proxy: ProxyOptions::default(),
    };
    change(&mut oauth2, &mut statement);
    oauth2.grant = Grant::JwtBearer(statement);
    HttpOptions { oauth2: Some(Box::new(oauth2)), ..HttpOptions::default() }
}

/// Checks the signature of a statement with the key's public half; its head and its claims.
fn verified(
    statement: &str,
    by: &'static dyn ring::signature::VerificationAlgorithm,
) -> [serde_json::Value; 2] {
    let pem = include_str!("../src/rsa/test_keys/plain.pem");
    let public = SigningKey::from_pem(pem, None).expect("a key").public_der();
    // Behind the 24 bytes that say which kind of key it is.
    let public = UnparsedPublicKey::new(by, &public[24..]);
    let (signed, signature) = statement.rsplit_once('.').expect("three parts");
    let decode = |part: &str| URL_SAFE_NO_PAD.decode(part).expect("base64");
    public.verify(signed.as_bytes(), &decode(signature)).expect("the signature of the key");
    let (head, claims) = signed.split_once('.').expect("three parts");
    [head, claims].map(|part| serde_json::from_slice(&decode(part)).expect("JSON"))
}

/// A token server that gives a token for whatever it is shown.
async fn generous() -> Server {
    Server::start(None, |_| ok(r#"{"access_token": "t0k3n", "token_type": "", "expires_in": "3600"}"#)).await
}

fn form(head: &str) -> BTreeMap<String, String> {
    let body = head.split_once("\r\n\r\n").expect("a body").1;
    url::form_urlencoded::parse(body.as_bytes()).into_owned().collect()
}

#[tokio::test]
async fn tokens_for_a_signed_statement() {
    let (tokens, server) = (generous().await, Server::start(None, |_| ok("")).await);
    let client = Client::new(with_statement(tokens.url("http", "/token"), |oauth2, statement| {
        oauth2.scopes = vec!["a".to_owned(), "b".to_owned()];
        oauth2.endpoint_params.insert("tenant".to_owned(), "x&y".to_owned());
        statement.key_id = "k1".to_owned();
        statement.claims.insert("groups".to_owned(), serde_json::json!(["ops", 7]));
    }));
    let request = Request::get(server.url("http", "/"), HeaderMap::new());
    for _ in 0..2 {
        client.fetch(&mut Connection::new(), &request, 10, &mut Vec::new()).await.unwrap();
    }
    assert!(server.heads().iter().all(|head| header(head, "authorization") == Some("Bearer t0k3n")));
    let asked = tokens.heads();
    assert_eq!(asked.len(), 1, "asked once, then the token is used again");
    assert!(asked[0].starts_with("POST /token HTTP/1.1\r\n"), "{}", asked[0]);
    assert_eq!(header(&asked[0], "authorization"), None, "the statement is all that is shown");
    let form = form(&asked[0]);
    assert_eq!(form["grant_type"], "urn:ietf:params:oauth:grant-type:jwt-bearer");
    assert_eq!((form["scope"].as_str(), form["tenant"].as_str(), form.len()), ("a b", "x&y", 4));
    let [head, claims] = verified(&form["assertion"], &RSA_PKCS1_2048_8192_SHA256);
    assert_eq!(head, serde_json::json!({ "alg": "RS256", "kid": "k1", "typ": "JWT" }));
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs();
    let (issued, ends) = (claims["iat"].as_u64().unwrap(), claims["exp"].as_u64().unwrap());
    assert!(issued <= now && ends == issued + 600, "{claims}");
    assert_eq!(claims["jti"].as_str().map(str::len), Some(36));
    let fixed = serde_json::json!({
        "iss": "id", "sub": "id", "aud": tokens.url("http", "/token").as_str(), "scope": "a b", "groups": ["ops", 7],
    });
    for (name, value) in fixed.as_object().unwrap() {
        assert_eq!(&claims[name], value, "{name}");
    }
    assert_eq!(claims.as_object().map(serde_json::Map::len), Some(8));
}

#[tokio::test]
async fn statements_of_other_kinds() {
    let server = Server::start(None, |_| ok("")).await;
    let kinds: [(Algorithm, &'static dyn ring::signature::VerificationAlgorithm); 2] =
        [(Algorithm::Rs384, &RSA_PKCS1_2048_8192_SHA384), (Algorithm::Rs512, &RSA_PKCS1_2048_8192_SHA512)];
    for (algorithm, verification) in kinds {
        let tokens = generous().await;
        let options = with_statement(tokens.url("http", "/token"), |oauth2, statement| {
            oauth2.endpoint_params.insert("grant_type".to_owned(), "their-own".to_owned());
            statement.algorithm = algorithm;
            statement.issuer = "issuer".to_owned();
            statement.audience = "audience".to_owned();
            statement.claims.insert("sub".to_owned(), "someone".into());
        });
        assert_eq!(get(options, &server.url("http", "/")).await.unwrap().1, "");
        let form = form(&tokens.heads()[0]);
        assert_eq!(form["grant_type"], "their-own");
        let [head, claims] = verified(&form["assertion"], verification);
        assert_eq!(head, serde_json::json!({ "alg": algorithm.name(), "typ": "JWT" }));
        for (name, value) in [("iss", "issuer"), ("aud", "audience"), ("sub", "someone")] {
            assert_eq!(claims[name], value, "{name}");
        }
    }
}

#[tokio::test]
async fn no_token_is_an_error_that_says_why() {
    let refusing = Server::start(None, |_| "HTTP/1.1 400 No\r\nContent-Length: 0\r\n\r\n".to_owned()).await;
    let url = refusing.url("http", "/token");
    for (options, expected) in [
        (with_statement(url.clone(), |_, _| {}), "the token server answered 400 Bad Request"),
        (
            with_statement(url.clone(), |_, statement| statement.key = inline("no key")),
            "client_certificate_key: there is no such section",
        ),
        (
            with_statement(url.clone(), |oauth2, _| {
                oauth2.endpoint_params.insert("assertion".to_owned(), "mine".to_owned());
            }),
            "endpoint_params: \"assertion\" is set already",
        ),
        (
            with_statement(url, |_, statement| statement.key = SecretSource::File("/nowhere/key.pem".into())),
            "cannot read the secret file /nowhere/key.pem",
        ),
    ] {
        let error = get(options, &"http://127.0.0.1:1/".parse().unwrap()).await.unwrap_err().to_string();
        assert!(error.contains(expected), "{error}");
    }
    assert_eq!(refusing.heads().len(), 1, "only what can be asked is asked");
}
