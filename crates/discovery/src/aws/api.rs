//! Signed requests to the services: who we are is found at the first request and again before it ends.

use std::time::{Duration, Instant};

use http::Method;
use http::header::{CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue};
use jiff::Timestamp;
use narthex_http_client::Secret;
use url::{Url, form_urlencoded};

use super::AwsOptions;
use super::credentials::{Credentials, Environment, Source, find, region, renewal};
use super::sign::{Scope, sign};
use crate::ask::parse_url;
use crate::rest::Rest;
use crate::{DiscoveryError, xml};

const FORM: HeaderValue = HeaderValue::from_static("application/x-www-form-urlencoded; charset=utf-8");
/// How long credentials without a stated end are used before they are looked for again.
const LOOK_AGAIN: Duration = Duration::from_secs(3600);

/// One service in one region.
#[derive(Debug)]
pub(super) struct Api {
    rest: Rest,
    options: AwsOptions,
    service: &'static str,
    region: String,
    credentials: Option<Credentials>,
}

/// The process's environment.
const ENVIRONMENT: Environment<'static> = &|name| std::env::var(name).ok().filter(|value| !value.is_empty());

impl Api {
    pub(super) fn new(options: AwsOptions, service: &'static str) -> Self {
        let rest = Rest::new(options.cloud.http.clone(), options.cloud.refresh_interval);
        Self { rest, options, service, region: String::new(), credentials: None }
    }

    /// The region; known after the first request.
    pub(super) fn region(&self) -> &str {
        &self.region
    }

    /// Another connection to the same service, with what is known of who we are.
    pub(super) fn sibling(&self) -> Self {
        let rest = Rest::new(self.options.cloud.http.clone(), self.options.cloud.refresh_interval);
        Self {
            rest,
            options: self.options.clone(),
            service: self.service,
            region: self.region.clone(),
            credentials: self.credentials.clone(),
        }
    }

    /// Finds the region and the credentials if they are not known.
    pub(super) async fn prepare(&mut self) -> Result<Credentials, DiscoveryError> {
        if self.region.is_empty() {
            self.region = region(&self.options, ENVIRONMENT).await?;
        }
        self.credentials().await
    }

    /// Asks by the query protocol (a form in, XML out).
    pub(super) async fn query(
        &mut self,
        fields: &[(String, String)],
    ) -> Result<(Url, Vec<u8>), DiscoveryError> {
        let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        self.post(HeaderMap::from_iter([(CONTENT_TYPE, FORM)]), body).await
    }

    /// Asks by the JSON protocol.
    pub(super) async fn json(
        &mut self,
        target: &'static str,
        body: String,
    ) -> Result<(Url, Vec<u8>), DiscoveryError> {
        let headers = HeaderMap::from_iter([
            (CONTENT_TYPE, HeaderValue::from_static("application/x-amz-json-1.1")),
            (HeaderName::from_static("x-amz-target"), HeaderValue::from_static(target)),
        ]);
        self.post(headers, body).await
    }

    /// Asks by path and query for JSON; `path` is encoded already.
    pub(super) async fn get(
        &mut self,
        path: &str,
        query: &[(&str, String)],
    ) -> Result<(Url, Vec<u8>), DiscoveryError> {
        let credentials = self.prepare().await?;
        let mut url = self.endpoint()?;
        url.set_path(&format!("{}{path}", url.path().trim_end_matches('/')));
        if !query.is_empty() {
            url.query_pairs_mut().extend_pairs(query);
        }
        self.send(&credentials, Method::GET, url, HeaderMap::new(), String::new()).await
    }

    async fn post(&mut self, headers: HeaderMap, body: String) -> Result<(Url, Vec<u8>), DiscoveryError> {
        let credentials = self.prepare().await?;
        let url = self.endpoint()?;
        self.send(&credentials, Method::POST, url, headers, body).await
    }

    fn endpoint(&self) -> Result<Url, DiscoveryError> {
        match &self.options.cloud.endpoint {
            Some(endpoint) => Ok(endpoint.clone()),
            None => public(self.service, &self.region),
        }
    }

    async fn send(
        &mut self,
        credentials: &Credentials,
        method: Method,
        url: Url,
        mut headers: HeaderMap,
        body: String,
    ) -> Result<(Url, Vec<u8>), DiscoveryError> {
        let scope = Scope { region: &self.region, service: self.service };
        sign(credentials, scope, Timestamp::now(), &method, &url, &mut headers, body.as_bytes());
        let answer = self.rest.request(method, &url, headers, body).await;
        if let Err(DiscoveryError::Status { status, .. }) = &answer
            && matches!(status.as_u16(), 401 | 403)
        {
            // They may have been replaced.
            self.credentials = None;
        }
        Ok((url, answer?.1))
    }

    async fn credentials(&mut self) -> Result<Credentials, DiscoveryError> {
        let fresh = |credentials: &&Credentials| credentials.until.is_none_or(|until| Instant::now() < until);
        if let Some(credentials) = self.credentials.as_ref().filter(fresh) {
            return Ok(credentials.clone());
        }
        let mut credentials = match find(&self.options, ENVIRONMENT).await? {
            Source::Known(credentials) => credentials,
            Source::WebIdentity { role, token } => {
                let token = tokio::fs::read_to_string(&token)
                    .await
                    .map_err(|source| DiscoveryError::Read { path: token.clone(), source })?;
                let fields = [("RoleArn", role.as_str()), ("WebIdentityToken", token.trim())];
                self.take_role("AssumeRoleWithWebIdentity", &fields, None).await?
            }
        };
        let (role, external) = (self.options.role_arn.clone(), self.options.external_id.clone());
        if !role.is_empty() {
            let mut fields = vec![("RoleArn", role.as_str())];
            if !external.is_empty() {
                fields.push(("ExternalId", &external));
            }
            credentials = self.take_role("AssumeRole", &fields, Some(&credentials)).await?;
        }
        credentials.until.get_or_insert(Instant::now() + LOOK_AGAIN);
        self.credentials = Some(credentials.clone());
        Ok(credentials)
    }

    /// Asks the token service for the credentials of a role.
    async fn take_role(
        &mut self,
        action: &str,
        fields: &[(&str, &str)],
        signer: Option<&Credentials>,
    ) -> Result<Credentials, DiscoveryError> {
        let url = public("sts", &self.region)?;
        let body = form_urlencoded::Serializer::new(String::new())
            .append_pair("Action", action)
            .append_pair("Version", "2011-06-15")
            .append_pair("RoleSessionName", "narthex")
            .extend_pairs(fields)
            .finish();
        let mut headers = HeaderMap::from_iter([(CONTENT_TYPE, FORM)]);
        if let Some(signer) = signer {
            let scope = Scope { region: &self.region, service: "sts" };
            sign(signer, scope, Timestamp::now(), &Method::POST, &url, &mut headers, body.as_bytes());
        }
        let (_, answer) = self.rest.request(Method::POST, &url, headers, body).await?;
        role_credentials(&url, action, &answer)
    }
}

/// The credentials in an answer of the token service.
fn role_credentials(url: &Url, action: &str, answer: &[u8]) -> Result<Credentials, DiscoveryError> {
    let document = xml::parse(url, xml::utf8(url, answer)?)?;
    let found = xml::at(document.root_element(), &format!("{action}Result/Credentials"));
    let found = found.ok_or_else(|| DiscoveryError::Parse {
        place: url.to_string(),
        reason: format!("{action}: the answer has no credentials"),
    })?;
    let field = |name: &str| xml::text(found, name).to_owned();
    Ok(Credentials {
        id: field("AccessKeyId"),
        secret: Secret::new(field("SecretAccessKey")),
        token: Some(Secret::new(field("SessionToken"))),
        until: field("Expiration").parse::<Timestamp>().ok().map(renewal),
    })
}

/// The public address of a service. China has its own part of the cloud.
fn public(service: &str, region: &str) -> Result<Url, DiscoveryError> {
    let country = if region.starts_with("cn-") { ".cn" } else { "" };
    parse_url(&format!("https://{service}.{region}.amazonaws.com{country}/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses() {
        assert_eq!(public("ec2", "eu-west-1").unwrap().as_str(), "https://ec2.eu-west-1.amazonaws.com/");
        assert_eq!(public("sts", "cn-north-1").unwrap().as_str(), "https://sts.cn-north-1.amazonaws.com.cn/");
    }

    #[test]
    fn roles() {
        let url = Url::parse("https://sts").unwrap();
        let answer = br#"<AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleResult>
            <Credentials><AccessKeyId>A</AccessKeyId><SecretAccessKey>S</SecretAccessKey><SessionToken>T</SessionToken>
            <Expiration>2020-01-01T00:00:00Z</Expiration></Credentials></AssumeRoleResult></AssumeRoleResponse>"#;
        let credentials = role_credentials(&url, "AssumeRole", answer).unwrap();
        assert_eq!(credentials.id, "A");
        assert_eq!(credentials.token.unwrap().expose(), "T");
        assert!(credentials.until.unwrap() <= Instant::now(), "long over: renewed at the next request");
        let error = role_credentials(&url, "AssumeRole", b"<Error/>").unwrap_err().to_string();
        assert!(error.contains("no credentials"), "{error}");
    }
}
