//! The HTTP client fields that scrape configs, Alertmanagers, remote storage and most discovery mechanisms share.

use super::tls::TLS;
use super::{Field, Kind, Section, at_most_one, checked, def, opt, pos_of, require, section};
use crate::config::error::Cx;
use crate::config::node::{Node, Value};

const BASIC_AUTH_FIELDS: &[Field] = &[
    opt("username", Kind::Str),
    opt("username_file", Kind::Path),
    opt("username_ref", Kind::Str),
    opt("password", Kind::Secret),
    opt("password_file", Kind::Path),
    opt("password_ref", Kind::Str),
];

static BASIC_AUTH: Section = checked("basic auth config", &[BASIC_AUTH_FIELDS], check_basic_auth);

const AUTHORIZATION_FIELDS: &[Field] = &[
    opt("type", Kind::Str),
    opt("credentials", Kind::Secret),
    opt("credentials_file", Kind::Path),
    opt("credentials_ref", Kind::Str),
];

static AUTHORIZATION: Section = checked("authorization config", &[AUTHORIZATION_FIELDS], check_authorization);

const PROXY_FIELDS: &[Field] = &[
    opt("proxy_url", Kind::OptionalUrl),
    opt("no_proxy", Kind::Str),
    opt("proxy_from_environment", Kind::Bool),
    opt("proxy_connect_header", Kind::Map(&Kind::List(&Kind::Secret))),
];

const OAUTH2_FIELDS: &[Field] = &[
    def("client_id", Kind::Str, ""),
    opt("client_secret", Kind::Secret),
    opt("client_secret_file", Kind::Path),
    opt("client_secret_ref", Kind::Str),
    opt("client_certificate_key_id", Kind::Str),
    opt("client_certificate_key", Kind::Secret),
    opt("client_certificate_key_file", Kind::Path),
    opt("client_certificate_key_ref", Kind::Str),
    opt("grant_type", Kind::Str),
    opt("signature_algorithm", Kind::Str),
    opt("iss", Kind::Str),
    opt("audience", Kind::Str),
    opt("claims", Kind::Map(&Kind::Any)),
    opt("scopes", Kind::List(&Kind::Str)),
    opt("token_url", Kind::Url),
    opt("endpoint_params", Kind::Map(&Kind::Str)),
    opt("tls_config", Kind::Section(&TLS)),
];

/// The grant for which a signed statement is shown (RFC 7523). Prometheus takes every other one for `client_credentials`.
pub(crate) const JWT_BEARER: &str = "urn:ietf:params:oauth:grant-type:jwt-bearer";

const SIGNATURE_ALGORITHMS: &[&str] = &["RS256", "RS384", "RS512"];

static OAUTH2: Section = checked("OAuth 2 config", &[OAUTH2_FIELDS, PROXY_FIELDS], check_oauth2);

const HEADER_FIELDS: &[Field] = &[
    opt("values", Kind::List(&Kind::Str)),
    opt("secrets", Kind::List(&Kind::Secret)),
    opt("files", Kind::List(&Kind::Path)),
];

static HEADER: Section = section("HTTP header config", &[HEADER_FIELDS]);

/// The fields to inline, in the order in which they are printed.
pub(crate) const HTTP_CLIENT: &[Field] = &fields("true");

/// `--http.config.file` of the tools.
pub(crate) static HTTP_FILE: Section = checked("HTTP client config", &[HTTP_CLIENT], check_http_client);

/// The same where HTTP/2 is off unless asked for.
pub(super) const HTTP_CLIENT_HTTP1: &[Field] = &fields("false");

const fn fields(http2: &'static str) -> [Field; 13] {
    [
        opt("basic_auth", Kind::Section(&BASIC_AUTH)),
        opt("authorization", Kind::Section(&AUTHORIZATION)),
        opt("oauth2", Kind::Section(&OAUTH2)),
        opt("bearer_token", Kind::Secret),
        opt("bearer_token_file", Kind::Path),
        opt("tls_config", Kind::Section(&TLS)),
        def("follow_redirects", Kind::Bool, "true"),
        def("enable_http2", Kind::Bool, http2),
        opt("proxy_url", Kind::OptionalUrl),
        opt("no_proxy", Kind::Str),
        opt("proxy_from_environment", Kind::Bool),
        opt("proxy_connect_header", Kind::Map(&Kind::List(&Kind::Secret))),
        opt("http_headers", Kind::Named(&HEADER)),
    ]
}

/// What belongs to a HTTP client, for mechanisms that forbid a custom one.
pub(crate) const CUSTOM_FIELDS: &[&str] = &[
    "basic_auth",
    "authorization",
    "oauth2",
    "bearer_token",
    "bearer_token_file",
    "tls_config",
    "proxy_url",
    "no_proxy",
    "proxy_from_environment",
    "proxy_connect_header",
    "http_headers",
];

/// Checks the inlined fields together; the old `bearer_token` becomes `authorization`.
pub(crate) fn check_http_client(node: &mut Node, cx: &mut Cx) {
    at_most_one(node, &["bearer_token", "bearer_token_file"], cx);
    at_most_one(node, &["basic_auth", "oauth2", "bearer_token", "bearer_token_file"], cx);
    at_most_one(node, &["authorization", "bearer_token", "bearer_token_file"], cx);
    // An empty section counts as set here: `basic_auth: {}` beside `authorization` is a contradiction already.
    let set: Vec<_> = ["basic_auth", "authorization", "oauth2"]
        .into_iter()
        .filter_map(|name| node.get(name).map(|found| (name, found.pos)))
        .collect();
    if let [(first, _), (second, pos), ..] = set.as_slice() {
        let message = format!(
            "cannot be set together with {first}: at most one of basic_auth, authorization, oauth2 is allowed"
        );
        cx.problem_in(second, *pos, message);
    }
    check_proxy(node, cx);
    check_headers(node, cx);
    for (old, new) in [("bearer_token", "credentials"), ("bearer_token_file", "credentials_file")] {
        if !node.has(old) || node.get("authorization").is_some() {
            continue;
        }
        let Value::Map(entries) = &mut node.value else { return };
        let Some(entry) = entries.iter_mut().find(|entry| entry.key == old) else { return };
        let secret = std::mem::replace(&mut entry.node.value, Value::Null);
        let mut authorization = Node { pos: entry.node.pos, value: Value::Map(Vec::new()) };
        authorization.set("type", Node::new(Value::Str("Bearer".to_owned())));
        authorization.set(new, Node { pos: entry.node.pos, value: secret });
        entry.key = "authorization".to_owned();
        entry.node = authorization;
    }
}

fn check_basic_auth(node: &mut Node, cx: &mut Cx) {
    at_most_one(node, &["username", "username_file", "username_ref"], cx);
    at_most_one(node, &["password", "password_file", "password_ref"], cx);
}

fn check_authorization(node: &mut Node, cx: &mut Cx) {
    at_most_one(node, &["credentials", "credentials_file", "credentials_ref"], cx);
    if node.str("type").trim().eq_ignore_ascii_case("basic") {
        cx.problem_in("type", pos_of(node, "type"), "must not be \"basic\": use the basic_auth section");
    }
    if !node.has("type") {
        let Value::Map(entries) = &mut node.value else { return };
        entries.retain(|entry| entry.key != "type");
        let bearer = Node::new(Value::Str("Bearer".to_owned()));
        entries
            .insert(0, crate::config::node::Entry { key: "type".to_owned(), pos: bearer.pos, node: bearer });
    }
}

fn check_oauth2(node: &mut Node, cx: &mut Cx) {
    require(node, "client_id", "the OAuth 2 client's identifier", cx);
    require(node, "token_url", "where tokens are fetched", cx);
    match node.str("grant_type") {
        JWT_BEARER => {
            let keys =
                ["client_certificate_key", "client_certificate_key_file", "client_certificate_key_ref"];
            at_most_one(node, &keys, cx);
            let algorithm = node.str("signature_algorithm");
            if !algorithm.is_empty() && !SIGNATURE_ALGORITHMS.contains(&algorithm) {
                let expected = SIGNATURE_ALGORITHMS.join(", ");
                let message = format!("\"{algorithm}\": expected one of {expected}");
                cx.problem_in("signature_algorithm", pos_of(node, "signature_algorithm"), message);
            }
        }
        _ => at_most_one(node, &["client_secret", "client_secret_file", "client_secret_ref"], cx),
    }
    check_proxy(node, cx);
}

fn check_proxy(node: &Node, cx: &mut Cx) {
    let from_environment = node.bool("proxy_from_environment");
    if from_environment && node.has("proxy_url") {
        at_most_one(node, &["proxy_url", "proxy_from_environment"], cx);
    }
    if from_environment && node.has("no_proxy") {
        at_most_one(node, &["no_proxy", "proxy_from_environment"], cx);
    }
    if !from_environment && !node.has("proxy_url") {
        for field in ["no_proxy", "proxy_connect_header"] {
            if node.has(field) {
                cx.problem_in(field, pos_of(node, field), "needs proxy_url or proxy_from_environment");
            }
        }
    }
}

/// Headers that the client sets itself.
const RESERVED_HEADERS: &[&str] = &[
    "authorization",
    "host",
    "content-encoding",
    "content-length",
    "content-type",
    "user-agent",
    "connection",
    "keep-alive",
    "proxy-authenticate",
    "proxy-authorization",
    "www-authenticate",
    "accept-encoding",
    "x-prometheus-remote-write-version",
    "x-prometheus-remote-read-version",
    "x-prometheus-scrape-timeout-seconds",
    "x-amz-date",
    "x-amz-security-token",
    "x-amz-content-sha256",
];

fn check_headers(node: &Node, cx: &mut Cx) {
    let Some(headers) = node.get("http_headers") else { return };
    for entry in headers.entries() {
        if RESERVED_HEADERS.contains(&entry.key.to_ascii_lowercase().as_str()) {
            cx.enter("http_headers");
            cx.problem_in(&entry.key, entry.pos, "is a reserved header: Narthex sets it itself");
            cx.leave();
        }
    }
}

/// Headers of remote read and write, a plain mapping there.
pub(super) fn check_remote_headers(node: &Node, cx: &mut Cx) {
    let Some(headers) = node.get("headers") else { return };
    for entry in headers.entries() {
        let name = entry.key.to_ascii_lowercase();
        let message = match name.as_str() {
            "authorization" => "must be set with basic_auth, authorization, oauth2 or sigv4",
            other if RESERVED_HEADERS.contains(&other) => "is a reserved header: Narthex sets it itself",
            _ => continue,
        };
        cx.enter("headers");
        cx.problem_in(&entry.key, entry.pos, message);
        cx.leave();
    }
}
