//! `--web.config.file`: TLS, users and headers of the server itself.

use super::tls::VERSIONS;
use super::{Field, Kind, Section, at_most_one, checked, def, opt, pos_of, section};
use crate::config::error::Cx;
use crate::config::node::Node;

/// How clients prove who they are.
const CLIENT_AUTH: &[&str] = &[
    "NoClientCert",
    "RequestClientCert",
    "RequireClientCert",
    "RequireAnyClientCert",
    "VerifyClientCertIfGiven",
    "RequireAndVerifyClientCert",
];

const TLS_FIELDS: &[Field] = &[
    opt("cert", Kind::Str),
    opt("cert_file", Kind::Path),
    opt("key", Kind::Secret),
    opt("key_file", Kind::Path),
    opt("client_auth_type", Kind::Enum(CLIENT_AUTH)),
    opt("client_ca", Kind::Str),
    opt("client_ca_file", Kind::Path),
    opt("client_allowed_sans", Kind::List(&Kind::Str)),
    def("min_version", Kind::Enum(VERSIONS), "TLS12"),
    def("max_version", Kind::Enum(VERSIONS), "TLS13"),
    opt("cipher_suites", Kind::List(&Kind::Str)),
    def("prefer_server_cipher_suites", Kind::Bool, "true"),
    opt("curve_preferences", Kind::List(&Kind::Str)),
];

static SERVER_TLS: Section = checked("TLS server config", &[TLS_FIELDS], check_tls);

const HTTP_FIELDS: &[Field] = &[def("http2", Kind::Bool, "true"), opt("headers", Kind::Map(&Kind::Str))];

static HTTP: Section = checked("HTTP server config", &[HTTP_FIELDS], check_http);

const RATE_LIMIT_FIELDS: &[Field] = &[opt("interval", Kind::Duration), opt("burst", Kind::Uint)];

static RATE_LIMIT: Section = section("rate limit config", &[RATE_LIMIT_FIELDS]);

const FIELDS: &[Field] = &[
    opt("tls_server_config", Kind::Section(&SERVER_TLS)),
    opt("http_server_config", Kind::Section(&HTTP)),
    opt("rate_limit", Kind::Section(&RATE_LIMIT)),
    opt("basic_auth_users", Kind::Map(&Kind::Secret)),
];

/// The file.
pub(crate) static WEB: Section = checked("web configuration", &[FIELDS], check);

fn check_tls(node: &mut Node, cx: &mut Cx) {
    for name in ["cert", "key", "client_ca"] {
        at_most_one(node, &[name, &format!("{name}_file")], cx);
    }
    for name in ["cert", "key"] {
        if !node.has(name) && !node.has(&format!("{name}_file")) {
            cx.problem_in(
                &format!("{name}_file"),
                node.pos,
                "must be set: a TLS server needs a certificate and its key",
            );
        }
    }
    let verifies =
        matches!(node.str("client_auth_type"), "VerifyClientCertIfGiven" | "RequireAndVerifyClientCert");
    let has_ca = node.has("client_ca") || node.has("client_ca_file");
    if verifies && !has_ca {
        let pos = pos_of(node, "client_auth_type");
        cx.problem_in("client_auth_type", pos, "verifies clients, so client_ca_file must be set");
    }
    if has_ca && matches!(node.str("client_auth_type"), "" | "NoClientCert") {
        let message =
            "must ask for certificates (for example RequireAndVerifyClientCert) when client_ca_file is set";
        cx.problem_in("client_auth_type", pos_of(node, "client_auth_type"), message);
    }
}

const HEADERS: &[&str] = &[
    "strict-transport-security",
    "x-content-type-options",
    "x-frame-options",
    "x-xss-protection",
    "content-security-policy",
];

fn check_http(node: &mut Node, cx: &mut Cx) {
    let Some(headers) = node.get("headers") else { return };
    for entry in headers.entries() {
        if !HEADERS.contains(&entry.key.to_ascii_lowercase().as_str()) {
            let message = format!("cannot be set: expected one of {}", HEADERS.join(", "));
            cx.enter("headers");
            cx.problem_in(&entry.key, entry.pos, message);
            cx.leave();
        }
    }
}

fn check(node: &mut Node, cx: &mut Cx) {
    let Some(users) = node.get("basic_auth_users") else { return };
    for entry in users.entries() {
        let hash = entry.node.as_str();
        if !["$2a$", "$2b$", "$2y$"].iter().any(|prefix| hash.starts_with(prefix)) {
            cx.enter("basic_auth_users");
            cx.problem_in(
                &entry.key,
                entry.node.pos,
                "expected a bcrypt hash ($2a$, $2b$ or $2y$), not the password itself",
            );
            cx.leave();
        }
    }
}
