//! `--web.config.file`: TLS, users and headers of the server itself.

use narthex_web::secure;

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

/// The names of what may be listed.
const fn names<const N: usize, T>(table: &'static [(&'static str, T)]) -> [&'static str; N] {
    let mut names = [""; N];
    let mut index = 0;
    while index < N {
        names[index] = table[index].0;
        index += 1;
    }
    names
}

const CIPHER_SUITES: &[&str] = &names::<{ secure::CIPHER_SUITES.len() }, _>(secure::CIPHER_SUITES);
const CURVES: &[&str] = &names::<{ secure::CURVES.len() }, _>(secure::CURVES);

const TLS_FIELDS: &[Field] = &[
    opt("cert", Kind::Str),
    opt("cert_file", Kind::Path),
    opt("key", Kind::Secret),
    opt("key_file", Kind::Path),
    opt("client_auth_type", Kind::OptionalEnum(CLIENT_AUTH)),
    opt("client_ca", Kind::Str),
    opt("client_ca_file", Kind::Path),
    opt("client_allowed_sans", Kind::List(&Kind::Str)),
    def("min_version", Kind::Enum(VERSIONS), "TLS12"),
    def("max_version", Kind::Enum(VERSIONS), "TLS13"),
    opt("cipher_suites", Kind::List(&Kind::Enum(CIPHER_SUITES))),
    def("prefer_server_cipher_suites", Kind::Bool, "true"),
    opt("curve_preferences", Kind::List(&Kind::Enum(CURVES))),
];

static SERVER_TLS: Section = checked("TLS server config", &[TLS_FIELDS], check_tls);

const HTTP_FIELDS: &[Field] = &[def("http2", Kind::Bool, "true"), opt("headers", Kind::Map(&Kind::Str))];

static HTTP: Section = checked("HTTP server config", &[HTTP_FIELDS], check_http);

const RATE_LIMIT_FIELDS: &[Field] = &[opt("interval", Kind::Duration), opt("burst", Kind::Int)];

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
    // An empty section asks for nothing.
    let asks = ["cert", "cert_file", "key", "key_file", "client_auth_type", "client_ca", "client_ca_file"];
    for name in ["cert", "key"] {
        if asks.iter().any(|field| node.has(field)) && !node.has(name) && !node.has(&format!("{name}_file")) {
            cx.problem_in(
                &format!("{name}_file"),
                node.pos,
                "must be set: a TLS server needs a certificate and its key",
            );
        }
    }
    let has_ca = node.has("client_ca") || node.has("client_ca_file");
    if has_ca && matches!(node.str("client_auth_type"), "" | "NoClientCert") {
        let message =
            "must ask for certificates (for example RequireAndVerifyClientCert) when client_ca_file is set";
        cx.problem_in("client_auth_type", pos_of(node, "client_auth_type"), message);
    }
    if matches!(node.str("max_version"), "TLS10" | "TLS11") {
        let message = "TLS 1.0 and 1.1 are not spoken: expected TLS12 or TLS13";
        cx.problem_in("max_version", pos_of(node, "max_version"), message);
    }
    if node.str("min_version") == "TLS13" && node.str("max_version") == "TLS12" {
        cx.problem_in("min_version", pos_of(node, "min_version"), "is newer than max_version");
    }
}

/// The headers that may be set, and the values they can have (any, where none is listed).
const HEADERS: &[(&str, &[&str])] = &[
    ("Strict-Transport-Security", &[]),
    ("X-Content-Type-Options", &["nosniff"]),
    ("X-Frame-Options", &["deny", "sameorigin"]),
    ("X-XSS-Protection", &[]),
    ("Content-Security-Policy", &[]),
];

fn check_http(node: &mut Node, cx: &mut Cx) {
    let Some(headers) = node.get("headers") else { return };
    cx.enter("headers");
    for entry in headers.entries() {
        let value = entry.node.as_str();
        match HEADERS.iter().find(|(name, _)| *name == entry.key) {
            None => {
                let names: Vec<_> = HEADERS.iter().map(|(name, _)| *name).collect();
                let message = format!("cannot be set: expected one of {}", names.join(", "));
                cx.problem_in(&entry.key, entry.pos, message);
            }
            Some((_, values)) => {
                if !values.is_empty() && !values.iter().any(|known| known.eq_ignore_ascii_case(value)) {
                    let message = format!("\"{value}\": expected one of {}", values.join(", "));
                    cx.problem_in(&entry.key, entry.node.pos, message);
                }
            }
        }
    }
    cx.leave();
}

fn check(node: &mut Node, cx: &mut Cx) {
    let Some(users) = node.get("basic_auth_users") else { return };
    for entry in users.entries() {
        if let Err(reason) = secure::check_hash(entry.node.as_str()) {
            let message =
                format!("expected a bcrypt hash ($2a$, $2b$ or $2y$), not the password itself: {reason}");
            cx.enter("basic_auth_users");
            cx.problem_in(&entry.key, entry.node.pos, message);
            cx.leave();
        }
    }
}
