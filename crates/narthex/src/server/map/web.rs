//! A web configuration file (`--web.config.file`) as `narthex_web` takes it; read for the server, for `narthex dash` and
//! by `narthex check web-config`.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use http::{HeaderName, HeaderValue};
use narthex_web::secure::{
    CIPHER_SUITES, CURVES, ClientAuth, Live, Pem, RateLimit, TlsConfig, TlsVersion, WebConfig,
};

use crate::config::{Node, WEB, read};

/// The settings of a front that `path` asks for, kept up to date; `None` without a path.
pub(crate) fn secure(path: &str) -> Result<Option<Arc<Live>>, String> {
    if path.is_empty() {
        return Ok(None);
    }
    let live = Live::new(path, |path| {
        let (config, notes) = web_config(path)?;
        notes.iter().for_each(|note| tracing::warn!("{note}"));
        Ok(config)
    });
    let live = live.map_err(|error| error.to_string())?;
    tracing::info!(file = path, tls = live.is_tls(), "Web configuration in use");
    Ok(Some(Arc::new(live)))
}

/// Reads a file; besides the settings it returns what is accepted and changes nothing.
pub(crate) fn web_config(path: &Path) -> Result<(WebConfig, Vec<String>), String> {
    let (root, problems) = read(path, &WEB).map_err(|error| error.to_string())?;
    if !problems.is_empty() {
        return Err(problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"));
    }
    let mut notes = Vec::new();
    let mut config = WebConfig::default();
    if let Some(tls) = root.get("tls_server_config").filter(|tls| names_a_certificate(tls)) {
        config.tls = Some(tls_config(tls, &mut notes));
    }
    if let Some(server) = root.get("http_server_config") {
        config.http2 = server.bool("http2");
        let headers = server.get("headers").map_or(&[][..], Node::entries);
        for entry in headers {
            let name = HeaderName::try_from(entry.key.as_str()).map_err(|error| error.to_string())?;
            let value = HeaderValue::from_str(entry.node.as_str())
                .map_err(|error| format!("http_server_config.headers.{}: {error}", entry.key))?;
            config.headers.push((name, value));
        }
    }
    if let Some(limit) = root.get("rate_limit") {
        let interval =
            Duration::from_millis(limit.duration_ms("interval").unwrap_or_default().unsigned_abs());
        let burst = u32::try_from(limit.int("burst").max(0)).unwrap_or(u32::MAX);
        config.rate_limit = Some(RateLimit { interval, burst }).filter(|_| !interval.is_zero());
    }
    let users = root.get("basic_auth_users").map_or(&[][..], Node::entries);
    config.users = users.iter().map(|entry| (entry.key.clone(), entry.node.as_str().to_owned())).collect();
    Ok((config, notes))
}

/// An empty section asks for nothing.
fn names_a_certificate(tls: &Node) -> bool {
    tls.has("cert") || tls.has("cert_file")
}

fn tls_config(tls: &Node, notes: &mut Vec<String>) -> TlsConfig {
    let strings = |field| tls.strings(field).into_iter().map(str::to_owned).collect::<Vec<_>>();
    let (cipher_suites, curves) = (strings("cipher_suites"), strings("curve_preferences"));
    let unspoken = |names: &[String], is_spoken: &dyn Fn(&str) -> bool| {
        let left: Vec<_> = names.iter().filter(|name| !is_spoken(name)).cloned().collect();
        if left.is_empty() { None } else { Some(left.join(", ")) }
    };
    let in_table = |name: &str| CIPHER_SUITES.iter().any(|(known, suite)| *known == name && suite.is_some());
    if let Some(names) = unspoken(&cipher_suites, &in_table) {
        notes.push(format!(
            "tls_server_config.cipher_suites: {names}: old suites are not spoken, they are left out"
        ));
    }
    let in_table = |name: &str| CURVES.iter().any(|(known, group)| *known == name && group.is_some());
    if let Some(names) = unspoken(&curves, &in_table) {
        notes.push(format!("tls_server_config.curve_preferences: {names}: not spoken, left out"));
    }
    if matches!(tls.str("min_version"), "TLS10" | "TLS11") {
        notes.push(
            "tls_server_config.min_version: TLS 1.0 and 1.1 are not spoken, 1.2 is the oldest".to_owned(),
        );
    }
    TlsConfig {
        cert: pem(tls, "cert").unwrap_or(Pem::Inline(String::new())),
        key: pem(tls, "key").unwrap_or(Pem::Inline(String::new())),
        client_auth: match tls.str("client_auth_type") {
            "RequestClientCert" => ClientAuth::RequestClientCert,
            "RequireClientCert" | "RequireAnyClientCert" => ClientAuth::RequireAnyClientCert,
            "VerifyClientCertIfGiven" => ClientAuth::VerifyClientCertIfGiven,
            "RequireAndVerifyClientCert" => ClientAuth::RequireAndVerifyClientCert,
            _ => ClientAuth::NoClientCert,
        },
        client_ca: pem(tls, "client_ca"),
        client_allowed_sans: strings("client_allowed_sans"),
        min_version: if tls.str("min_version") == "TLS13" { TlsVersion::Tls13 } else { TlsVersion::Tls12 },
        max_version: if tls.str("max_version") == "TLS12" { TlsVersion::Tls12 } else { TlsVersion::Tls13 },
        cipher_suites,
        curves,
    }
}

/// `NAME` or `NAME_file`.
fn pem(tls: &Node, name: &str) -> Option<Pem> {
    let file = format!("{name}_file");
    if tls.has(&file) {
        return Some(Pem::File(tls.str(&file).into()));
    }
    tls.has(name).then(|| Pem::Inline(tls.str(name).to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config(yaml: &str) -> Result<(WebConfig, Vec<String>), String> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("web.yml");
        std::fs::write(&path, yaml).unwrap();
        web_config(&path)
    }

    const HASH: &str = "$2y$10$X0h1gDsPszWURQaxFh.zoubFi6DXncSjhoQNJgRrnGs7EsimhC7zG";

    #[test]
    fn everything_is_read() {
        let (config, notes) = config(&format!(
            "tls_server_config:\n  cert_file: a.pem\n  key: KEY\n  client_auth_type: VerifyClientCertIfGiven\n  \
             client_allowed_sans: [x]\n  min_version: TLS11\n  max_version: TLS12\n  \
             cipher_suites: [TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA, TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256]\n  \
             curve_preferences: [CurveP521, X25519]\nhttp_server_config:\n  http2: false\n  headers:\n    \
             X-Frame-Options: deny\nrate_limit:\n  interval: 500ms\n  burst: 7\nbasic_auth_users:\n  ann: {HASH}\n"
        ))
        .unwrap();
        let tls = config.tls.unwrap();
        assert!(matches!(tls.cert, Pem::File(path) if path.is_absolute() && path.ends_with("a.pem")));
        assert_eq!(tls.key, Pem::Inline("KEY".to_owned()));
        assert_eq!(tls.client_auth, ClientAuth::VerifyClientCertIfGiven);
        assert_eq!((tls.min_version, tls.max_version), (TlsVersion::Tls12, TlsVersion::Tls12));
        assert_eq!(config.users["ann"], HASH);
        assert!(!config.http2 && config.headers[0].0 == "x-frame-options");
        assert_eq!(config.rate_limit, Some(RateLimit { interval: Duration::from_millis(500), burst: 7 }));
        assert_eq!(notes.len(), 3, "{notes:?}");
    }

    #[test]
    fn nothing_asks_for_nothing() {
        for yaml in ["", "tls_server_config: {}\n", "http_server_config: {}\n"] {
            let (config, notes) = config(yaml).unwrap();
            assert!(config.tls.is_none() && config.users.is_empty() && config.http2 && notes.is_empty());
        }
    }

    #[test]
    fn mistakes_name_their_field() {
        let tls = "tls_server_config:\n  cert_file: a\n  key_file: b\n  ";
        for (yaml, field) in [
            ("basic_auth_users:\n  ann: secret\n".to_owned(), "basic_auth_users.ann"),
            ("http_server_config:\n  headers:\n    Foo: bar\n".to_owned(), "headers.Foo"),
            (
                "http_server_config:\n  headers:\n    X-Frame-Options: bar\n".to_owned(),
                "headers.X-Frame-Options",
            ),
            ("tls_server_config:\n  cert_file: a\n".to_owned(), "key_file"),
            ("tls_server_config:\n  client_auth_type: RequestClientCert\n".to_owned(), "cert_file"),
            (format!("{tls}client_auth_type: Foo\n"), "client_auth_type"),
            (format!("{tls}client_ca_file: c\n"), "client_auth_type"),
            (format!("{tls}cipher_suites: [TLS_RSA_WITH_AES_128_CBC_SHA]\n"), "cipher_suites"),
            (format!("{tls}curve_preferences: [X448]\n"), "curve_preferences"),
            (format!("{tls}max_version: TLS11\n"), "max_version"),
            (format!("{tls}min_version: TLS13\n  max_version: TLS12\n"), "min_version"),
            ("nonsense: 1\n".to_owned(), "nonsense"),
        ] {
            let error = config(&yaml).unwrap_err();
            assert!(error.contains(field) && error.contains("web.yml:"), "{yaml}: {error}");
        }
    }
}
