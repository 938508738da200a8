//! Sections with a token server to options.

use std::collections::BTreeMap;

use narthex_discovery::DiscoveryConfig;
use narthex_http_client::rsa::Algorithm;
use narthex_http_client::{Grant, OAuth2, ProxyOptions, SecretSource, Statement, TlsOptions};

use super::{inline, mapped, owned, url};

fn oauth2(fields: &str) -> OAuth2 {
    let section = format!("{{url: 'http://a/', oauth2: {{client_id: id, token_url: 'http://t', {fields}}}}}");
    match mapped("http_sd_configs", &section) {
        DiscoveryConfig::Http(config) => *config.http.oauth2.expect("a token server"),
        other => panic!("{other:?}"),
    }
}

#[test]
fn tokens_for_a_secret_or_a_statement() {
    let plain = OAuth2 {
        client_id: "id".to_owned(),
        grant: Grant::ClientCredentials(inline("s")),
        scopes: owned(&["a", "b"]),
        token_url: url("http://t"),
        endpoint_params: BTreeMap::from([("k".to_owned(), "v".to_owned())]),
        tls: TlsOptions { insecure_skip_verify: true, ..TlsOptions::default() },
        proxy: ProxyOptions { url: Some(url("http://p")), ..ProxyOptions::default() },
    };
    let fields = "scopes: [a, b], endpoint_params: {k: v}, tls_config: {insecure_skip_verify: true}, proxy_url: 'http://p'";
    assert_eq!(oauth2(&format!("client_secret: s, {fields}")), plain);
    // Every other grant is one for a secret, as Prometheus has it.
    assert_eq!(oauth2(&format!("client_secret: s, grant_type: client_credentials, {fields}")), plain);

    let bearer = "grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer'";
    let statement = Statement {
        key: inline("pem"),
        key_id: String::new(),
        algorithm: Algorithm::Rs256,
        issuer: String::new(),
        audience: "http://t".to_owned(),
        claims: serde_json::Map::new(),
    };
    let grant = Grant::JwtBearer(statement.clone());
    assert_eq!(
        oauth2(&format!("{bearer}, client_certificate_key: pem, {fields}")),
        OAuth2 { grant, ..plain.clone() }
    );
    let claims = serde_json::json!({"admin": true, "level": 7, "share": 0.5, "groups": ["ops", {"a": null}]});
    let grant = Grant::JwtBearer(Statement {
        key: SecretSource::File("/k.pem".into()),
        key_id: "k1".to_owned(),
        algorithm: Algorithm::Rs512,
        issuer: "me".to_owned(),
        audience: "you".to_owned(),
        claims: claims.as_object().cloned().unwrap(),
    });
    let more = "client_certificate_key_file: /k.pem, client_certificate_key_id: k1, signature_algorithm: RS512, iss: me, \
                audience: you, claims: {admin: true, level: 7, share: 0.5, groups: [ops, {a: null}]}";
    assert_eq!(oauth2(&format!("{bearer}, {more}, {fields}")), OAuth2 { grant, ..plain });
}
