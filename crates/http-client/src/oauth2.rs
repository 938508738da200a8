//! Tokens of OAuth 2.0: asked for when needed, for a secret or for a signed statement, kept until shortly before they expire.

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use http::Method;
use http::header::{AUTHORIZATION, CONTENT_TYPE, HeaderMap, HeaderValue};
use tokio::sync::Mutex;
use url::form_urlencoded::{self, Serializer};

use crate::credentials::basic_header;
use crate::rsa::{SigningKey, unique};
use crate::{
    Client, ClientError, Connection, Grant, HttpOptions, OAuth2, Request, Secret, SecretSource, Statement,
};

/// A token is not used in its last seconds.
const EARLY: Duration = Duration::from_secs(10);
/// How long a token without a stated life is used.
const DEFAULT_LIFE: Duration = Duration::from_secs(3600);
/// The name of the grant (RFC 7523).
const JWT_BEARER: &str = "urn:ietf:params:oauth:grant-type:jwt-bearer";
/// How long a signed statement is good.
const STATEMENT_LIFE: Duration = Duration::from_secs(600);
/// The longest answer that is read, in bytes.
const ANSWER_BYTES_MAX: usize = 1 << 20;

/// Where tokens come from.
#[derive(Debug)]
pub(crate) struct Tokens {
    options: OAuth2,
    client: Client,
    current: Mutex<Option<Token>>,
}

/// A token and until when it is used.
#[derive(Debug)]
struct Token {
    header: Secret,
    until: Instant,
}

impl Tokens {
    pub(crate) fn new(options: OAuth2) -> Self {
        let client = Client::new(HttpOptions {
            tls: options.tls.clone(),
            proxy: options.proxy.clone(),
            ..HttpOptions::default()
        });
        Self { options, client, current: Mutex::new(None) }
    }

    /// The `Authorization` header's value.
    pub(crate) async fn header(&self) -> Result<Secret, ClientError> {
        let mut current = self.current.lock().await;
        if let Some(token) = current.as_ref().filter(|token| Instant::now() < token.until) {
            return Ok(token.header.clone());
        }
        let token = self.token().await?.map_err(|reason| self.refused(reason))?;
        let header = token.header.clone();
        *current = Some(token);
        Ok(header)
    }

    fn refused(&self, reason: String) -> ClientError {
        ClientError::OAuth2 { url: self.options.token_url.to_string(), reason }
    }

    /// A new token; the inner error is the server's refusal.
    async fn token(&self) -> Result<Result<Token, String>, ClientError> {
        match &self.options.grant {
            Grant::JwtBearer(statement) => self.ask(self.with_statement(statement).await?).await,
            Grant::ClientCredentials(secret) => {
                // Servers differ in where they want the client's secret: in the header, as they all should, or in the form.
                match self.ask(self.with_secret(secret, true).await?).await? {
                    Ok(token) => Ok(Ok(token)),
                    Err(_) => self.ask(self.with_secret(secret, false).await?).await,
                }
            }
        }
    }

    async fn ask(&self, request: Request) -> Result<Result<Token, String>, ClientError> {
        let mut answer = Vec::new();
        let mut connection = Connection::new();
        let fetch = self.client.fetch(&mut connection, &request, ANSWER_BYTES_MAX, &mut answer);
        // The client of tokens has no tokens itself: the recursion ends here.
        let head = Box::pin(fetch).await?;
        if !head.status.is_success() {
            return Ok(Err(format!("the token server answered {}", head.status)));
        }
        Ok(read_token(&answer))
    }

    async fn with_secret(&self, secret: &SecretSource, in_header: bool) -> Result<Request, ClientError> {
        let secret = secret.read().await?;
        let mut form = self.form("client_credentials");
        let mut headers = HeaderMap::new();
        if in_header {
            let encode = |text: &str| form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
            let credentials = basic_header(&encode(&self.options.client_id), &encode(secret.expose()));
            let value = HeaderValue::from_str(&credentials)
                .map_err(|_| ClientError::BadHeader("Authorization".to_owned()))?;
            headers.insert(AUTHORIZATION, value);
        } else {
            form.push(("client_id", self.options.client_id.clone()));
            form.push(("client_secret", secret.expose().to_owned()));
        }
        self.request(form, headers)
    }

    async fn with_statement(&self, statement: &Statement) -> Result<Request, ClientError> {
        let key = statement.key.read().await?;
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let or = |text: &str, other: &str| if text.is_empty() { other } else { text }.to_owned();
        let signed = unique().and_then(|identifier| {
            let mut claims = serde_json::Map::new();
            claims.insert("iss".to_owned(), or(&statement.issuer, &self.options.client_id).into());
            claims.insert("sub".to_owned(), self.options.client_id.clone().into());
            claims.insert("aud".to_owned(), or(&statement.audience, self.options.token_url.as_str()).into());
            claims.insert("jti".to_owned(), identifier.into());
            claims.insert("iat".to_owned(), now.as_secs().into());
            claims.insert("exp".to_owned(), (now + STATEMENT_LIFE).as_secs().into());
            if !self.options.scopes.is_empty() {
                claims.insert("scope".to_owned(), self.options.scopes.join(" ").into());
            }
            claims.extend(statement.claims.clone());
            let key = SigningKey::from_pem(key.expose(), None)?;
            key.statement(statement.algorithm, &statement.key_id, &claims.into())
        });
        let signed = signed.map_err(|reason| self.refused(format!("client_certificate_key: {reason}")))?;
        let mut form = self.form(JWT_BEARER);
        form.push(("assertion", signed));
        self.request(form, HeaderMap::new())
    }

    /// The fields that every request has.
    fn form(&self, grant_type: &str) -> Vec<(&str, String)> {
        let mut form = vec![("grant_type", grant_type.to_owned())];
        if !self.options.scopes.is_empty() {
            form.push(("scope", self.options.scopes.join(" ")));
        }
        form
    }

    /// The request with these fields and those of the options. They may say another `grant_type`, as some servers want one of
    /// their own, and nothing else that is said already.
    fn request<'s>(
        &'s self,
        mut form: Vec<(&'s str, String)>,
        mut headers: HeaderMap,
    ) -> Result<Request, ClientError> {
        for (name, value) in &self.options.endpoint_params {
            match form.iter_mut().find(|(known, _)| known == name) {
                None => form.push((name, value.clone())),
                Some((_, other)) if name == "grant_type" => other.clone_from(value),
                Some(_) => {
                    let reason = format!("endpoint_params: \"{name}\" is set already and cannot be another");
                    return Err(self.refused(reason));
                }
            }
        }
        let body = Serializer::new(String::new()).extend_pairs(form).finish().into();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/x-www-form-urlencoded"));
        Ok(Request { method: Method::POST, url: self.options.token_url.clone(), headers, body })
    }
}

fn read_token(answer: &[u8]) -> Result<Token, String> {
    let answer: serde_json::Value = serde_json::from_slice(answer).map_err(|error| error.to_string())?;
    let text = |name: &str| answer.get(name).and_then(serde_json::Value::as_str);
    let token = text("access_token").ok_or("the token server's answer has no access_token")?;
    let kind = match text("token_type") {
        Some(kind) if !kind.eq_ignore_ascii_case("bearer") && !kind.is_empty() => kind,
        _ => "Bearer",
    };
    let life = match answer.get("expires_in") {
        Some(serde_json::Value::Number(seconds)) => seconds.as_u64(),
        Some(serde_json::Value::String(seconds)) => seconds.parse().ok(),
        _ => None,
    };
    let life = life.map_or(DEFAULT_LIFE, Duration::from_secs);
    let until = Instant::now() + life.saturating_sub(EARLY).min(Duration::from_secs(86_400));
    Ok(Token { header: Secret::new(format!("{kind} {token}")), until })
}
