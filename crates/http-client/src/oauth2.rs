//! Tokens of OAuth 2.0 client credentials: asked for when needed, kept until shortly before they expire.

use std::time::{Duration, Instant};

use http::header::{AUTHORIZATION, CONTENT_TYPE, HeaderMap, HeaderValue};
use http::{Method, StatusCode};
use tokio::sync::Mutex;
use url::form_urlencoded::{self, Serializer};

use crate::credentials::basic_header;
use crate::{Client, ClientError, Connection, HttpOptions, OAuth2, Request, Secret};

/// A token is not used in its last seconds.
const EARLY: Duration = Duration::from_secs(10);
/// How long a token without a stated life is used.
const DEFAULT_LIFE: Duration = Duration::from_secs(3600);
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
        let token = match self.ask(true).await? {
            Ok(token) => token,
            // Servers differ in where they want the client's secret: in the header, as they all should, or in the form.
            Err(_) => self.ask(false).await?.map_err(|reason| self.refused(reason))?,
        };
        let header = token.header.clone();
        *current = Some(token);
        Ok(header)
    }

    fn refused(&self, reason: String) -> ClientError {
        ClientError::OAuth2 { url: self.options.token_url.to_string(), reason }
    }

    /// One request; the inner error is the server's refusal.
    async fn ask(&self, secret_in_header: bool) -> Result<Result<Token, String>, ClientError> {
        let secret = self.options.client_secret.read().await?;
        let request = self.request(&secret, secret_in_header)?;
        let mut answer = Vec::new();
        let mut connection = Connection::new();
        let fetch = self.client.fetch(&mut connection, &request, ANSWER_BYTES_MAX, &mut answer);
        // The client of tokens has no tokens itself: the recursion ends here.
        let head = Box::pin(fetch).await?;
        if head.status != StatusCode::OK {
            return Ok(Err(format!("the token server answered {}", head.status)));
        }
        Ok(read_token(&answer))
    }

    fn request(&self, secret: &Secret, secret_in_header: bool) -> Result<Request, ClientError> {
        let mut form = Serializer::new(String::new());
        form.append_pair("grant_type", "client_credentials");
        if !self.options.scopes.is_empty() {
            form.append_pair("scope", &self.options.scopes.join(" "));
        }
        form.extend_pairs(&self.options.endpoint_params);
        let mut headers = HeaderMap::new();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/x-www-form-urlencoded"));
        if secret_in_header {
            let encode = |text: &str| form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
            let credentials = basic_header(&encode(&self.options.client_id), &encode(secret.expose()));
            let value = HeaderValue::from_str(&credentials)
                .map_err(|_| ClientError::BadHeader("Authorization".to_owned()))?;
            headers.insert(AUTHORIZATION, value);
        } else {
            form.append_pair("client_id", &self.options.client_id);
            form.append_pair("client_secret", secret.expose());
        }
        let url = self.options.token_url.clone();
        Ok(Request { method: Method::POST, url, headers, body: form.finish().into() })
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
