//! Where the API server is and who we are there.

use std::path::Path;

use narthex_http_client::{Authorization, HttpOptions, SecretSource, TlsOptions};
use url::Url;

use super::{KubernetesConfig, kubeconfig};
use crate::DiscoveryError;

/// Where a pod finds its service account.
const ACCOUNT: &str = "/var/run/secrets/kubernetes.io/serviceaccount";

/// A way into the cluster.
#[derive(Debug)]
pub(super) struct Access {
    pub(super) server: Url,
    pub(super) http: HttpOptions,
    /// The name spaces to look at; all when empty.
    pub(super) namespaces: Vec<String>,
}

impl Access {
    /// The way that the configuration names; the files it needs are read now.
    pub(super) async fn find(config: &KubernetesConfig) -> Result<Self, DiscoveryError> {
        let mut namespaces = config.namespaces.clone();
        if config.own_namespace {
            namespaces.push(own_namespace(Path::new(ACCOUNT)).await?);
        }
        let (server, http) = if let Some(path) = &config.kubeconfig_file {
            kubeconfig::load(path).await?
        } else if let Some(server) = &config.api_server {
            (server.clone(), config.http.clone())
        } else {
            let variable = |name| std::env::var(name).unwrap_or_default();
            let (host, port) = (variable("KUBERNETES_SERVICE_HOST"), variable("KUBERNETES_SERVICE_PORT"));
            in_cluster(&host, &port, Path::new(ACCOUNT), &config.http)?
        };
        Ok(Self { server, http, namespaces })
    }
}

async fn own_namespace(account: &Path) -> Result<String, DiscoveryError> {
    let path = account.join("namespace");
    let name = tokio::fs::read_to_string(&path)
        .await
        .map_err(|source| DiscoveryError::Read { path: path.clone(), source })?;
    match name.trim() {
        "" => {
            let reason = "the file is empty: our own name space is not known".to_owned();
            Err(DiscoveryError::Parse { place: path.display().to_string(), reason })
        }
        name => Ok(name.to_owned()),
    }
}

/// The service account of a pod.
fn in_cluster(
    host: &str,
    port: &str,
    account: &Path,
    http: &HttpOptions,
) -> Result<(Url, HttpOptions), DiscoveryError> {
    let bracketed = if host.contains(':') { format!("[{host}]") } else { host.to_owned() };
    let server = Url::parse(&format!("https://{bracketed}:{port}"))
        .ok()
        .filter(|_| !host.is_empty() && !port.is_empty())
        .ok_or_else(|| DiscoveryError::Parse {
            place: "kubernetes_sd_configs".to_owned(),
            reason: "neither api_server nor kubeconfig_file is set, and KUBERNETES_SERVICE_HOST and \
                     KUBERNETES_SERVICE_PORT do not say that we run in a cluster"
                .to_owned(),
        })?;
    let http = HttpOptions {
        // Read again for every request: the cluster renews it.
        authorization: Some(Authorization {
            kind: "Bearer".to_owned(),
            credentials: SecretSource::File(account.join("token")),
        }),
        tls: TlsOptions { ca: Some(SecretSource::File(account.join("ca.crt"))), ..http.tls.clone() },
        ..http.clone()
    };
    Ok((server, http))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn service_account() {
        let account = Path::new("/account");
        let options = HttpOptions::default();
        let (server, http) = in_cluster("10.0.0.1", "443", account, &options).unwrap();
        assert_eq!(server.as_str(), "https://10.0.0.1/");
        assert_eq!(http.tls.ca, Some(SecretSource::File("/account/ca.crt".into())));
        assert_eq!(http.authorization.unwrap().credentials, SecretSource::File("/account/token".into()));
        let (server, _) = in_cluster("fd00::1", "6443", account, &options).unwrap();
        assert_eq!(server.as_str(), "https://[fd00::1]:6443/");
        let error = in_cluster("", "", account, &options).unwrap_err().to_string();
        assert!(error.contains("KUBERNETES_SERVICE_HOST"), "{error}");

        let folder = tempfile::tempdir().unwrap();
        assert!(own_namespace(folder.path()).await.is_err(), "no file");
        std::fs::write(folder.path().join("namespace"), " \n").unwrap();
        assert!(own_namespace(folder.path()).await.unwrap_err().to_string().contains("empty"));
        std::fs::write(folder.path().join("namespace"), "shop\n").unwrap();
        assert_eq!(own_namespace(folder.path()).await.unwrap(), "shop");
    }
}
