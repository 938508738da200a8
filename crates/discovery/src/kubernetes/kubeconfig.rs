//! Kubeconfig files: the current context's cluster and user, as options of the HTTP client.

use std::path::{Path, PathBuf};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use narthex_http_client::{
    Authorization, BasicAuth, HttpOptions, ProxyOptions, Secret, SecretSource, TlsOptions,
};
use serde::Deserialize;
use url::Url;

use crate::DiscoveryError;

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
struct File {
    #[serde(default)]
    current_context: String,
    #[serde(default)]
    contexts: Vec<NamedContext>,
    #[serde(default)]
    clusters: Vec<NamedCluster>,
    #[serde(default)]
    users: Vec<NamedUser>,
}

#[derive(Deserialize)]
struct NamedContext {
    name: String,
    context: Context,
}

#[derive(Deserialize)]
struct Context {
    cluster: String,
    #[serde(default)]
    user: String,
}

#[derive(Deserialize)]
struct NamedCluster {
    name: String,
    cluster: Cluster,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
struct Cluster {
    server: String,
    certificate_authority: Option<PathBuf>,
    certificate_authority_data: Option<String>,
    #[serde(default)]
    insecure_skip_tls_verify: bool,
    tls_server_name: Option<String>,
    proxy_url: Option<String>,
}

#[derive(Deserialize)]
struct NamedUser {
    name: String,
    #[serde(default)]
    user: User,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "kebab-case")]
struct User {
    token: Option<String>,
    // The one name in these files that is written in another way.
    #[serde(rename = "tokenFile")]
    token_file: Option<PathBuf>,
    client_certificate: Option<PathBuf>,
    client_certificate_data: Option<String>,
    client_key: Option<PathBuf>,
    client_key_data: Option<String>,
    username: Option<String>,
    password: Option<String>,
    exec: Option<serde_json::Value>,
    auth_provider: Option<serde_json::Value>,
}

/// Reads a file: the server and how to ask it.
pub(super) async fn load(path: &Path) -> Result<(Url, HttpOptions), DiscoveryError> {
    let text = tokio::fs::read_to_string(path)
        .await
        .map_err(|source| DiscoveryError::Read { path: path.to_owned(), source })?;
    options(&text, path.parent().unwrap_or(Path::new("")))
        .map_err(|reason| DiscoveryError::Parse { place: path.display().to_string(), reason })
}

fn options(text: &str, folder: &Path) -> Result<(Url, HttpOptions), String> {
    let file: File = serde_saphyr::from_str(text).map_err(|error| error.to_string())?;
    let missing = |what: &str, name: &str| format!("there is no {what} \"{name}\"");
    let context = file.contexts.into_iter().find(|context| context.name == file.current_context);
    let context = context.ok_or_else(|| missing("context", &file.current_context))?.context;
    let cluster = file.clusters.into_iter().find(|cluster| cluster.name == context.cluster);
    let cluster = cluster.ok_or_else(|| missing("cluster", &context.cluster))?.cluster;
    let user = file.users.into_iter().find(|user| user.name == context.user);
    let user = match user {
        Some(user) => user.user,
        None if context.user.is_empty() => User::default(),
        None => return Err(missing("user", &context.user)),
    };
    if user.exec.is_some() || user.auth_provider.is_some() {
        return Err(format!(
            "user \"{}\" gets its credentials from a program (exec or auth-provider), which is not supported: use a \
             token, a token file or a client certificate",
            context.user
        ));
    }
    let server = Url::parse(&cluster.server).map_err(|error| format!("server: {error}"))?;
    let tls = TlsOptions {
        ca: source(cluster.certificate_authority_data, cluster.certificate_authority, folder)?,
        cert: source(user.client_certificate_data, user.client_certificate, folder)?,
        key: source(user.client_key_data, user.client_key, folder)?,
        server_name: cluster.tls_server_name,
        insecure_skip_verify: cluster.insecure_skip_tls_verify,
        ..TlsOptions::default()
    };
    let proxy = cluster.proxy_url.map(|url| Url::parse(&url)).transpose();
    let proxy = proxy.map_err(|error| format!("proxy-url: {error}"))?;
    let inline = |text: String| SecretSource::Inline(Secret::new(text));
    let token_file = user.token_file.map(|path| SecretSource::File(folder.join(path)));
    let token = token_file.or(user.token.map(inline));
    let http = HttpOptions {
        tls,
        proxy: ProxyOptions { url: proxy, ..ProxyOptions::default() },
        authorization: token.map(|credentials| Authorization { kind: "Bearer".to_owned(), credentials }),
        basic_auth: user.username.map(|name| BasicAuth {
            username: inline(name),
            password: inline(user.password.unwrap_or_default()),
        }),
        ..HttpOptions::default()
    };
    Ok((server, http))
}

/// What is written in the file (in base 64) wins over a file that is named.
fn source(
    data: Option<String>,
    file: Option<PathBuf>,
    folder: &Path,
) -> Result<Option<SecretSource>, String> {
    let Some(data) = data.filter(|data| !data.is_empty()) else {
        return Ok(file.map(|path| SecretSource::File(folder.join(path))));
    };
    let bytes = STANDARD.decode(data.trim()).map_err(|error| format!("certificate or key data: {error}"))?;
    let text = String::from_utf8(bytes).map_err(|_| "certificate or key data: not PEM".to_owned())?;
    Ok(Some(SecretSource::Inline(Secret::new(text))))
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str = "
apiVersion: v1
kind: Config
current-context: here
preferences: {}
contexts:
- {name: other, context: {cluster: a, user: a}}
- {name: here, context: {cluster: c, user: u, namespace: ignored}}
clusters:
- name: c
  cluster:
    server: https://k8s.example:6443
    certificate-authority-data: Q0E=
    tls-server-name: api
users:
- name: u
  user: {tokenFile: token, client-certificate: /abs/cert, client-key: key}
";

    #[test]
    fn reads() {
        let (server, http) = options(FILE, Path::new("/k")).unwrap();
        assert_eq!(server.as_str(), "https://k8s.example:6443/");
        assert_eq!(http.tls.ca, Some(SecretSource::Inline(Secret::new("CA"))));
        assert_eq!(http.tls.cert, Some(SecretSource::File("/abs/cert".into())));
        assert_eq!(http.tls.key, Some(SecretSource::File("/k/key".into())));
        assert_eq!(http.tls.server_name.as_deref(), Some("api"));
        let token = http.authorization.unwrap().credentials;
        assert_eq!(token, SecretSource::File("/k/token".into()));
    }

    #[test]
    fn refuses() {
        for (from, to, expected) in [
            ("current-context: here", "current-context: gone", "no context \"gone\""),
            ("- name: c\n", "- name: d\n", "no cluster \"c\""),
            ("- name: u\n", "- name: v\n", "no user \"u\""),
            ("Q0E=", "not-base-64", "certificate or key data"),
            ("tokenFile: token", "exec: {command: aws}", "not supported"),
        ] {
            let error = options(&FILE.replace(from, to), Path::new("")).unwrap_err();
            assert!(error.contains(expected), "{error}");
        }
    }
}
