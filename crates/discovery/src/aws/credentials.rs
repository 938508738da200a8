//! Who we are: keys of the configuration, of the environment, of the shared file, of a web identity, of the container,
//! or of the machine; and the region.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use http::Method;
use http::header::{AUTHORIZATION, HeaderMap, HeaderName, HeaderValue};
use jiff::Timestamp;
use narthex_http_client::{HttpOptions, Secret};
use serde::Deserialize;
use url::Url;

use super::AwsOptions;
use crate::DiscoveryError;
use crate::ask::{join, parse_url};
use crate::rest::{Rest, read_json};

/// How long before their end temporary credentials are renewed.
const EARLY: Duration = Duration::from_secs(300);
/// The machine's and the container's services are near.
const TIMEOUT: Duration = Duration::from_secs(5);
const MACHINE: &str = "http://169.254.169.254";
const CONTAINER: &str = "http://169.254.170.2";

/// What signs requests.
#[derive(Debug, Clone)]
pub(crate) struct Credentials {
    pub(crate) id: String,
    pub(crate) secret: Secret,
    /// The token of temporary credentials.
    pub(crate) token: Option<Secret>,
    /// When to renew them.
    pub(crate) until: Option<Instant>,
}

/// Temporary credentials as the services of machine and container write them.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Written {
    access_key_id: String,
    secret_access_key: String,
    token: Option<String>,
    /// A time as RFC 3339 writes it.
    expiration: Option<String>,
}

impl From<Written> for Credentials {
    fn from(written: Written) -> Self {
        Self {
            id: written.access_key_id,
            secret: Secret::new(written.secret_access_key),
            token: written.token.map(Secret::new),
            until: written.expiration.and_then(|end| end.parse().ok()).map(renewal),
        }
    }
}

/// When to renew credentials that end at `end`.
pub(super) fn renewal(end: Timestamp) -> Instant {
    let left = Duration::try_from(end.duration_since(Timestamp::now())).unwrap_or_default();
    Instant::now() + left.saturating_sub(EARLY)
}

/// Where credentials come from, without the role that is taken on with them.
#[derive(Debug)]
pub(super) enum Source {
    /// They are here.
    Known(Credentials),
    /// A token in a file is exchanged for those of a role.
    WebIdentity { role: String, token: PathBuf },
}

/// The environment, so that tests have their own.
pub(super) type Environment<'e> = &'e (dyn Fn(&str) -> Option<String> + Sync);

/// The first source that has something.
pub(super) async fn find(
    options: &AwsOptions,
    environment: Environment<'_>,
) -> Result<Source, DiscoveryError> {
    if let Some((id, secret)) = &options.keys {
        let credentials = Credentials { id: id.clone(), secret: secret.clone(), token: None, until: None };
        return Ok(Source::Known(credentials));
    }
    if options.profile.is_empty()
        && let (Some(id), Some(secret)) =
            (environment("AWS_ACCESS_KEY_ID"), environment("AWS_SECRET_ACCESS_KEY"))
    {
        let token = environment("AWS_SESSION_TOKEN").map(Secret::new);
        return Ok(Source::Known(Credentials { id, secret: Secret::new(secret), token, until: None }));
    }
    if let Some(credentials) = of_file(options, environment).await? {
        return Ok(Source::Known(credentials));
    }
    if let (Some(role), Some(token)) =
        (environment("AWS_ROLE_ARN"), environment("AWS_WEB_IDENTITY_TOKEN_FILE"))
    {
        return Ok(Source::WebIdentity { role, token: token.into() });
    }
    if let Some(written) = of_container(environment).await? {
        return Ok(Source::Known(written.into()));
    }
    let machine = Machine::new(environment).await?;
    Ok(Source::Known(machine.credentials().await?.into()))
}

/// The name of the profile that counts.
fn profile(options: &AwsOptions, environment: Environment<'_>) -> String {
    match options.profile.as_str() {
        "" => environment("AWS_PROFILE").unwrap_or_else(|| "default".to_owned()),
        profile => profile.to_owned(),
    }
}

/// One of the two shared files: as the environment names it, or in the home folder.
fn shared_file(variable: &str, name: &str, environment: Environment<'_>) -> Option<PathBuf> {
    let home = || environment("HOME").map(|home| PathBuf::from(home).join(".aws").join(name));
    environment(variable).map(PathBuf::from).or_else(home)
}

/// The shared file of settings, in which other profiles than the default are called `profile NAME`.
async fn settings(options: &AwsOptions, environment: Environment<'_>) -> (String, String) {
    let name = match profile(options, environment) {
        name if name == "default" => name,
        name => format!("profile {name}"),
    };
    let text = match shared_file("AWS_CONFIG_FILE", "config", environment) {
        Some(path) => tokio::fs::read_to_string(path).await.unwrap_or_default(),
        None => String::new(),
    };
    (text, name)
}

/// A profile of the shared files.
async fn of_file(
    options: &AwsOptions,
    environment: Environment<'_>,
) -> Result<Option<Credentials>, DiscoveryError> {
    let Some(path) = shared_file("AWS_SHARED_CREDENTIALS_FILE", "credentials", environment) else {
        return Ok(None);
    };
    let profile = profile(options, environment);
    let text = tokio::fs::read_to_string(&path).await.unwrap_or_default();
    let (other, section) = settings(options, environment).await;
    let found = profile_keys(&text, &profile).or_else(|| profile_keys(&other, &section));
    if found.is_none() && !options.profile.is_empty() {
        let reason =
            format!("there is no profile \"{profile}\" with aws_access_key_id and aws_secret_access_key");
        return Err(DiscoveryError::Parse { place: path.display().to_string(), reason });
    }
    Ok(found)
}

fn profile_keys(text: &str, profile: &str) -> Option<Credentials> {
    Some(Credentials {
        id: profile_field(text, profile, "aws_access_key_id")?,
        secret: Secret::new(profile_field(text, profile, "aws_secret_access_key")?),
        token: profile_field(text, profile, "aws_session_token").map(Secret::new),
        until: None,
    })
}

/// The last value of a field in a section.
fn profile_field(text: &str, section: &str, field: &str) -> Option<String> {
    let (mut inside, mut found) = (false, None);
    for line in text.lines().map(str::trim) {
        if let Some(name) = line.strip_prefix('[').and_then(|line| line.strip_suffix(']')) {
            inside = name.trim() == section;
        } else if let Some((name, value)) = line.split_once('=').filter(|_| inside)
            && name.trim() == field
        {
            found = Some(value.trim().to_owned());
        }
    }
    found
}

/// The credentials of the container (ECS, EKS).
async fn of_container(environment: Environment<'_>) -> Result<Option<Written>, DiscoveryError> {
    let url = match environment("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI") {
        Some(path) => parse_url(&format!("{CONTAINER}{path}"))?,
        None => match environment("AWS_CONTAINER_CREDENTIALS_FULL_URI") {
            Some(url) => parse_url(&url)?,
            None => return Ok(None),
        },
    };
    let mut headers = HeaderMap::new();
    let token = match environment("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE") {
        Some(path) => tokio::fs::read_to_string(path).await.ok(),
        None => environment("AWS_CONTAINER_AUTHORIZATION_TOKEN"),
    };
    if let Some(token) = token.and_then(|token| HeaderValue::from_str(token.trim()).ok()) {
        headers.insert(AUTHORIZATION, token);
    }
    let (_, body) = near().request(Method::GET, &url, headers, "").await?;
    read_json(&url, &body).map(Some)
}

fn near() -> Rest {
    Rest::new(HttpOptions::default(), TIMEOUT)
}

/// The region: of the configuration, of the environment, of the profile, of the machine.
pub(super) async fn region(
    options: &AwsOptions,
    environment: Environment<'_>,
) -> Result<String, DiscoveryError> {
    let named = Some(options.region.clone()).filter(|region| !region.is_empty());
    let known = named.or_else(|| environment("AWS_REGION")).or_else(|| environment("AWS_DEFAULT_REGION"));
    if let Some(region) = known {
        return Ok(region);
    }
    let (text, section) = settings(options, environment).await;
    match profile_field(&text, &section, "region") {
        Some(region) => Ok(region),
        None => Machine::new(environment).await?.text("latest/meta-data/placement/region").await,
    }
}

/// The service of the machine we run on, in its second version, which wants a token.
struct Machine {
    base: Url,
    headers: HeaderMap,
}

impl Machine {
    async fn new(environment: Environment<'_>) -> Result<Self, DiscoveryError> {
        let base = environment("AWS_EC2_METADATA_SERVICE_ENDPOINT").unwrap_or_else(|| MACHINE.to_owned());
        let base = parse_url(&base)?;
        let ttl = (
            HeaderName::from_static("x-aws-ec2-metadata-token-ttl-seconds"),
            HeaderValue::from_static("300"),
        );
        let url = join(&base, "latest/api/token");
        let (_, token) = near().request(Method::PUT, &url, HeaderMap::from_iter([ttl]), "").await?;
        let mut headers = HeaderMap::new();
        if let Ok(token) = HeaderValue::from_bytes(&token) {
            headers.insert(HeaderName::from_static("x-aws-ec2-metadata-token"), token);
        }
        Ok(Self { base, headers })
    }

    async fn text(&self, path: &str) -> Result<String, DiscoveryError> {
        let url = join(&self.base, path);
        let (_, body) = near().request(Method::GET, &url, self.headers.clone(), "").await?;
        Ok(String::from_utf8_lossy(&body).trim().to_owned())
    }

    async fn credentials(&self) -> Result<Written, DiscoveryError> {
        let path = "latest/meta-data/iam/security-credentials";
        // The trailing slash matters.
        let role = self.text_at(&format!("{path}/")).await?;
        let role = role.lines().next().unwrap_or_default().to_owned();
        let url = join(&self.base, &format!("{path}/{role}"));
        read_json(&url, self.text(&format!("{path}/{role}")).await?.as_bytes())
    }

    async fn text_at(&self, path: &str) -> Result<String, DiscoveryError> {
        let mut url = self.base.clone();
        url.set_path(path);
        let (_, body) = near().request(Method::GET, &url, self.headers.clone(), "").await?;
        Ok(String::from_utf8_lossy(&body).trim().to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn order() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("credentials");
        std::fs::write(
            &file,
            "[default]\naws_access_key_id = D\naws_secret_access_key = ds\n\n[dev]\naws_access_key_id=V\naws_secret_access_key=vs\naws_session_token=t\n",
        )
        .unwrap();
        let file = file.to_str().unwrap().to_owned();
        let environment = |keys: bool| {
            let file = file.clone();
            move |name: &str| match name {
                "AWS_ACCESS_KEY_ID" if keys => Some("E".to_owned()),
                "AWS_SECRET_ACCESS_KEY" if keys => Some("es".to_owned()),
                "AWS_SHARED_CREDENTIALS_FILE" => Some(file.clone()),
                "AWS_REGION" => Some("eu-west-1".to_owned()),
                _ => None,
            }
        };
        let id = |source| match source {
            Source::Known(credentials) => {
                (credentials.id, credentials.token.map(|token| token.expose().to_owned()))
            }
            Source::WebIdentity { role, .. } => (role, None),
        };
        let fixed = AwsOptions { keys: Some(("K".to_owned(), Secret::new("s"))), ..AwsOptions::default() };
        assert_eq!(id(find(&fixed, &environment(true)).await.unwrap()).0, "K");
        let plain = AwsOptions::default();
        assert_eq!(id(find(&plain, &environment(true)).await.unwrap()).0, "E");
        assert_eq!(id(find(&plain, &environment(false)).await.unwrap()).0, "D");
        let profile = AwsOptions { profile: "dev".to_owned(), ..AwsOptions::default() };
        let found = id(find(&profile, &environment(true)).await.unwrap());
        assert_eq!(found, ("V".to_owned(), Some("t".to_owned())));
        let gone = AwsOptions { profile: "gone".to_owned(), ..AwsOptions::default() };
        assert!(
            find(&gone, &environment(true)).await.unwrap_err().to_string().contains("no profile \"gone\"")
        );
        let web = |name: &str| match name {
            "AWS_ROLE_ARN" => Some("arn:r".to_owned()),
            "AWS_WEB_IDENTITY_TOKEN_FILE" => Some("/token".to_owned()),
            _ => None,
        };
        assert_eq!(id(find(&plain, &web).await.unwrap()).0, "arn:r");
        assert_eq!(region(&plain, &environment(false)).await.unwrap(), "eu-west-1");

        let settings = folder.path().join("config");
        std::fs::write(
            &settings,
            "[default]\nregion = eu-north-1\n[profile other]\nregion=us-east-1\naws_access_key_id=O\naws_secret_access_key=os\n",
        )
        .unwrap();
        let settings = settings.to_str().unwrap().to_owned();
        let shared = |name: &str| match name {
            "AWS_CONFIG_FILE" => Some(settings.clone()),
            "AWS_SHARED_CREDENTIALS_FILE" => Some(file.clone()),
            _ => None,
        };
        assert_eq!(region(&plain, &shared).await.unwrap(), "eu-north-1");
        let other = AwsOptions { profile: "other".to_owned(), ..AwsOptions::default() };
        assert_eq!(region(&other, &shared).await.unwrap(), "us-east-1");
        assert_eq!(id(find(&other, &shared).await.unwrap()).0, "O");
    }
}
