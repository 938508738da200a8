//! The HTTP client fields of a section to [`HttpOptions`].

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use narthex_http_client::rsa::Algorithm;
use narthex_http_client::{
    Authorization, BasicAuth, Grant, HttpOptions, OAuth2, ProxyOptions, Secret, SecretSource, Statement,
    TlsOptions, TlsVersion,
};
use url::Url;

use crate::config::{HTTP_FILE, JWT_BEARER, Node, Value, read};

/// The options of a file for the tools (`--http.config.file`).
pub(crate) fn http_file(path: &Path) -> Result<HttpOptions, String> {
    let (root, problems) = read(path, &HTTP_FILE).map_err(|error| error.to_string())?;
    if problems.is_empty() {
        return Ok(options(&root));
    }
    Err(problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))
}

/// The options of a section with inlined HTTP client fields, all or some; what it has no field for stays what it is by default.
pub(super) fn options(node: &Node) -> HttpOptions {
    let unset = HttpOptions::default();
    let switch = |field: &str, unset: bool| node.get(field).map_or(unset, |_| node.bool(field));
    HttpOptions {
        basic_auth: node.get("basic_auth").map(|section| BasicAuth {
            username: secret(section, "username"),
            password: secret(section, "password"),
        }),
        authorization: node.get("authorization").map(|section| Authorization {
            kind: section.str("type").trim().to_owned(),
            credentials: secret(section, "credentials"),
        }),
        oauth2: node.get("oauth2").and_then(oauth2).map(Box::new),
        tls: tls(node),
        proxy: proxy(node),
        follow_redirects: switch("follow_redirects", unset.follow_redirects),
        http2: switch("enable_http2", unset.http2),
        headers: headers(node),
        ..unset
    }
}

/// `NAME`, or the file of `NAME_file`.
fn secret(section: &Node, name: &str) -> SecretSource {
    match section.str(&format!("{name}_file")) {
        "" => SecretSource::Inline(Secret::new(section.str(name))),
        path => SecretSource::File(PathBuf::from(path)),
    }
}

/// The same, if it is set at all.
fn optional_secret(section: &Node, name: &str) -> Option<SecretSource> {
    let set = section.has(name) || section.has(&format!("{name}_file"));
    set.then(|| secret(section, name))
}

fn tls(node: &Node) -> TlsOptions {
    let Some(section) = node.get("tls_config") else { return TlsOptions::default() };
    let version = |field: &str| match section.str(field) {
        "" => None,
        "TLS13" => Some(TlsVersion::Tls13),
        // Older ones are not spoken, which the start announces.
        _ => Some(TlsVersion::Tls12),
    };
    TlsOptions {
        ca: optional_secret(section, "ca"),
        cert: optional_secret(section, "cert"),
        key: optional_secret(section, "key"),
        server_name: Some(section.str("server_name")).filter(|name| !name.is_empty()).map(str::to_owned),
        insecure_skip_verify: section.bool("insecure_skip_verify"),
        min_version: version("min_version"),
        max_version: version("max_version"),
    }
}

fn proxy(node: &Node) -> ProxyOptions {
    let entries = node.get("proxy_connect_header").map_or(&[][..], Node::entries);
    let inline = |list: &Node| {
        list.items().iter().map(|item| SecretSource::Inline(Secret::new(item.as_str()))).collect::<Vec<_>>()
    };
    ProxyOptions {
        url: Url::parse(node.str("proxy_url")).ok(),
        no_proxy: node.str("no_proxy").to_owned(),
        from_environment: node.bool("proxy_from_environment"),
        connect_headers: entries.iter().map(|entry| (entry.key.clone(), inline(&entry.node))).collect(),
    }
}

fn oauth2(section: &Node) -> Option<OAuth2> {
    let params = section.get("endpoint_params").map_or(&[][..], Node::entries);
    Some(OAuth2 {
        client_id: section.str("client_id").to_owned(),
        grant: match section.str("grant_type") {
            JWT_BEARER => Grant::JwtBearer(statement(section)),
            _ => Grant::ClientCredentials(secret(section, "client_secret")),
        },
        scopes: section.strings("scopes").into_iter().map(str::to_owned).collect(),
        // Checked when the file was read.
        token_url: Url::parse(section.str("token_url")).ok()?,
        endpoint_params: params.iter().map(|e| (e.key.clone(), e.node.as_str().to_owned())).collect(),
        tls: tls(section),
        proxy: proxy(section),
    })
}

fn statement(section: &Node) -> Statement {
    Statement {
        key: secret(section, "client_certificate_key"),
        key_id: section.str("client_certificate_key_id").to_owned(),
        algorithm: match section.str("signature_algorithm") {
            "RS384" => Algorithm::Rs384,
            "RS512" => Algorithm::Rs512,
            _ => Algorithm::Rs256,
        },
        issuer: section.str("iss").to_owned(),
        // As it is written: some servers compare the texts.
        audience: Some(section.str("audience"))
            .filter(|text| !text.is_empty())
            .unwrap_or(section.str("token_url"))
            .to_owned(),
        claims: match section.get("claims").map(json) {
            Some(serde_json::Value::Object(claims)) => claims,
            _ => serde_json::Map::new(),
        },
    }
}

/// A value of the file in JSON.
fn json(node: &Node) -> serde_json::Value {
    match &node.value {
        Value::Bool(yes) => (*yes).into(),
        Value::Int(number) => (*number).into(),
        Value::Float(number) => (*number).into(),
        Value::List(items) => items.iter().map(json).collect(),
        Value::Map(entries) => entries.iter().map(|entry| (entry.key.clone(), json(&entry.node))).collect(),
        Value::Str(text) => text.as_str().into(),
        _ => serde_json::Value::Null,
    }
}

fn headers(node: &Node) -> BTreeMap<String, Vec<SecretSource>> {
    let entries = node.get("http_headers").map_or(&[][..], Node::entries);
    let sources = |section: &Node| {
        let inline = section.strings("values").into_iter().chain(section.strings("secrets"));
        let inline = inline.map(|text| SecretSource::Inline(Secret::new(text)));
        let files = section.strings("files").into_iter().map(|path| SecretSource::File(PathBuf::from(path)));
        inline.chain(files).collect::<Vec<_>>()
    };
    entries.iter().map(|entry| (entry.key.clone(), sources(&entry.node))).collect()
}
