//! Adding configured headers and credentials to a request; called by `client`.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::header::{AUTHORIZATION, HeaderMap, HeaderName, HeaderValue};
use url::Url;

use crate::oauth2::Tokens;
use crate::{ClientError, HttpOptions};

/// Adds the headers of `options` and the user and password of `url` to `headers`.
pub(crate) async fn add(
    options: &HttpOptions,
    tokens: Option<&Tokens>,
    url: &Url,
    headers: &mut HeaderMap,
) -> Result<(), ClientError> {
    for (name, values) in &options.headers {
        let bad = || ClientError::BadHeader(name.clone());
        let header = HeaderName::from_bytes(name.as_bytes()).map_err(|_| bad())?;
        for value in values {
            let value = value.read().await?;
            headers.append(&header, HeaderValue::from_str(value.expose()).map_err(|_| bad())?);
        }
    }
    let credentials = if let Some(basic) = &options.basic_auth {
        let (user, password) = (basic.username.read().await?, basic.password.read().await?);
        Some(basic_header(user.expose(), password.expose()))
    } else if let Some(other) = &options.authorization {
        Some(format!("{} {}", other.kind, other.credentials.read().await?.expose()))
    } else if let Some(tokens) = tokens {
        Some(tokens.header().await?.expose().to_owned())
    } else {
        basic_from_url(url)
    };
    if let Some(text) = credentials {
        let mut value =
            HeaderValue::from_str(&text).map_err(|_| ClientError::BadHeader("Authorization".to_owned()))?;
        value.set_sensitive(true);
        headers.insert(AUTHORIZATION, value);
    }
    Ok(())
}

/// Basic authentication by the user and password of a URL, if it has any.
pub(crate) fn basic_from_url(url: &Url) -> Option<String> {
    let some = !url.username().is_empty() || url.password().is_some();
    some.then(|| basic_header(&unescape(url.username()), &unescape(url.password().unwrap_or_default())))
}

pub(crate) fn basic_header(user: &str, password: &str) -> String {
    format!("Basic {}", STANDARD.encode(format!("{user}:{password}")))
}

/// Undoes percent encoding; what is no encoding stays as it is.
fn unescape(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&first, tail)) = rest.split_first() {
        let code = match tail {
            [high, low, ..] if first == b'%' => hex(*high).zip(hex(*low)),
            _ => None,
        };
        if let (Some((high, low)), Some(after)) = (code, tail.get(2..)) {
            bytes.push(high << 4 | low);
            rest = after;
        } else {
            bytes.push(first);
            rest = tail;
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

fn hex(digit: u8) -> Option<u8> {
    char::from(digit).to_digit(16).and_then(|value| u8::try_from(value).ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes() {
        for (text, plain) in [("a%40b", "a@b"), ("100%", "100%"), ("%zz", "%zz"), ("%C3%A4", "ä")] {
            assert_eq!(unescape(text), plain);
        }
        assert_eq!(basic_header("Aladdin", "open sesame"), "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==");
    }
}
