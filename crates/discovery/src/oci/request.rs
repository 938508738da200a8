//! Requests to Oracle's services, signed (draft-cavage-http-signatures, RSA and SHA-256), with their pages.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::Method;
use http::header::{
    AUTHORIZATION, CONTENT_LENGTH, CONTENT_TYPE, DATE, HOST, HeaderMap, HeaderName, HeaderValue,
};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use ring::digest;
use serde_json::Value;
use url::{Position, Url};

use super::OciConfig;
use super::identity::{Identities, Identity};
use crate::DiscoveryError;
use crate::ask::{join, parse_url};
use crate::rest::{Rest, read_json};

const VERSION: &str = "20160918";
const NEXT_PAGE: &str = "opc-next-page";

/// Regions outside the commercial cloud: how their names begin, and their domain.
const DOMAINS: &[(&str, &str)] = &[
    ("us-langley-", "oraclegovcloud.com"),
    ("us-luke-", "oraclegovcloud.com"),
    ("us-gov-", "oraclegovcloud.com"),
    ("uk-gov-", "oraclegovcloud.uk"),
    ("ap-chiyoda-", "oraclecloud8.com"),
    ("ap-ibaraki-", "oraclecloud8.com"),
    ("me-dcc-muscat-", "oraclecloud9.com"),
    ("ap-dcc-canberra-", "oraclecloud10.com"),
    ("eu-dcc-zurich-", "oraclecloud24.com"),
    ("eu-crissier-", "oraclecloud24.com"),
    ("eu-dcc-", "oraclecloud14.com"),
    ("ap-dcc-gazipur-", "oraclecloud15.com"),
    ("eu-madrid-2", "oraclecloud.eu"),
    ("eu-frankfurt-2", "oraclecloud.eu"),
    ("eu-jovanovac-", "oraclecloud20.com"),
    ("me-dcc-doha-", "oraclecloud21.com"),
    ("us-somerset-", "oraclecloud23.com"),
    ("us-thames-", "oraclecloud23.com"),
];

/// The domain in which a region's services are. `OCI_DEFAULT_REALM` names it for regions that are not known here.
pub(super) fn domain(region: &str) -> String {
    let known = DOMAINS.iter().find(|(start, _)| region.starts_with(start)).map(|(_, domain)| *domain);
    let told = || std::env::var("OCI_DEFAULT_REALM").ok().filter(|domain| domain.contains('.'));
    known.map(str::to_owned).or_else(told).unwrap_or_else(|| "oraclecloud.com".to_owned())
}

/// The services of a region.
#[derive(Debug)]
pub(super) struct Api {
    rest: Rest,
    identities: Identities,
    config: OciConfig,
}

impl Api {
    pub(super) fn new(config: OciConfig) -> Self {
        let rest = Rest::new(config.cloud.http.clone(), config.cloud.refresh_interval);
        Self { rest, identities: Identities::new(config.clone()), config }
    }

    /// The tenancy of those who ask.
    pub(super) async fn tenancy(&mut self) -> Result<String, DiscoveryError> {
        Ok(self.identities.get().await?.tenancy.clone())
    }

    fn base(&self, service: &str) -> Result<Url, DiscoveryError> {
        let region = &self.config.region;
        // The identity service came later and has one more level.
        let level = if service == "identity" { ".oci" } else { "" };
        let public = format!("https://{service}.{region}{level}.{}", domain(region));
        self.config.cloud.url(&public, VERSION)
    }

    /// One object.
    pub(super) async fn one(&mut self, service: &str, path: &str) -> Result<Value, DiscoveryError> {
        let url = join(&self.base(service)?, path);
        let (_, body) = self.get(&url).await?;
        read_json(&url, &body)
    }

    /// Everything of a list in pages.
    pub(super) async fn all(
        &mut self,
        service: &str,
        path: &str,
        query: &[(&str, &str)],
    ) -> Result<Vec<Value>, DiscoveryError> {
        let mut first = join(&self.base(service)?, path);
        first.query_pairs_mut().extend_pairs(query);
        let mut all = Vec::new();
        let mut url = first.clone();
        loop {
            let (next, body) = self.get(&url).await?;
            all.extend(read_json::<Vec<Value>>(&url, &body)?);
            let Some(next) = next else { return Ok(all) };
            url = first.clone();
            url.query_pairs_mut().append_pair("page", &next);
        }
    }

    /// The name of the next page, and the body.
    async fn get(&mut self, url: &Url) -> Result<(Option<String>, Vec<u8>), DiscoveryError> {
        let identity = self.identities.get().await?;
        let headers = signed(identity, &Method::GET, url, None, true)?;
        let answer = self.rest.request(Method::GET, url, headers, "").await;
        if let Err(DiscoveryError::Status { status, .. }) = &answer
            && *status == http::StatusCode::UNAUTHORIZED
        {
            // The key or the token may have been replaced.
            self.identities.forget();
        }
        let (head, body) = answer?;
        let next = head.headers.get(NEXT_PAGE).and_then(|next| next.to_str().ok());
        Ok((next.filter(|next| !next.is_empty()).map(str::to_owned), body))
    }
}

/// The headers of a signed request, with those of its body if it has one.
pub(super) fn signed(
    identity: &Identity,
    method: &Method,
    url: &Url,
    body: Option<&str>,
    with_host: bool,
) -> Result<HeaderMap, DiscoveryError> {
    let now = Timestamp::now().to_zoned(TimeZone::UTC).strftime("%a, %d %b %Y %H:%M:%S GMT").to_string();
    let target =
        format!("{} {}", method.as_str().to_lowercase(), &url[Position::BeforePath..Position::AfterQuery]);
    let mut parts = vec![(DATE.as_str(), now), ("(request-target)", target)];
    if with_host {
        parts.push((HOST.as_str(), url[Position::BeforeHost..Position::AfterPort].to_owned()));
    }
    if let Some(body) = body {
        let hash = digest::digest(&digest::SHA256, body.as_bytes());
        parts.push((CONTENT_LENGTH.as_str(), body.len().to_string()));
        parts.push((CONTENT_TYPE.as_str(), "application/json".to_owned()));
        parts.push(("x-content-sha256", STANDARD.encode(hash.as_ref())));
    }
    let lines: Vec<String> = parts.iter().map(|(name, value)| format!("{name}: {value}")).collect();
    let names: Vec<&str> = parts.iter().map(|(name, _)| *name).collect();
    let wrong = |reason: String| DiscoveryError::Parse { place: "oci_sd_configs key".to_owned(), reason };
    let signature = identity.sign(&lines.join("\n")).map_err(wrong)?;
    let authorization = format!(
        "Signature version=\"1\",headers=\"{}\",keyId=\"{}\",algorithm=\"rsa-sha256\",signature=\"{}\"",
        names.join(" "),
        identity.key_id,
        STANDARD.encode(signature)
    );
    // Host and length are the client's to write.
    let own = |name: &str| !matches!(name, "host" | "content-length" | "(request-target)");
    let mut headers = HeaderMap::new();
    for (name, value) in parts.iter().filter(|(name, _)| own(name)) {
        if let (Ok(name), Ok(value)) = (name.parse::<HeaderName>(), HeaderValue::from_str(value)) {
            headers.insert(name, value);
        }
    }
    let mut authorization = HeaderValue::from_str(&authorization)
        .map_err(|_| wrong("tenancy, user and fingerprint must be plain texts".to_owned()))?;
    authorization.set_sensitive(true);
    headers.insert(AUTHORIZATION, authorization);
    Ok(headers)
}

/// A service's address in a region.
pub(super) fn service_url(service: &str, region: &str, path: &str) -> Result<Url, DiscoveryError> {
    parse_url(&format!("https://{service}.{region}.{}/{path}", domain(region)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn regions() {
        for (region, expected) in [
            ("us-ashburn-1", "oraclecloud.com"),
            ("us-gov-phoenix-1", "oraclegovcloud.com"),
            ("eu-frankfurt-1", "oraclecloud.com"),
            ("eu-frankfurt-2", "oraclecloud.eu"),
            ("eu-dcc-milan-1", "oraclecloud14.com"),
            ("eu-dcc-zurich-1", "oraclecloud24.com"),
        ] {
            assert_eq!(domain(region), expected, "{region}");
        }
        let url = service_url("auth", "uk-gov-london-1", "v1/x509").unwrap();
        assert_eq!(url.as_str(), "https://auth.uk-gov-london-1.oraclegovcloud.uk/v1/x509");
    }
}
