//! Signature Version 4: the headers that prove who sends a request.

use http::Method;
use http::header::{AUTHORIZATION, HOST, HeaderMap, HeaderName, HeaderValue};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use ring::{digest, hmac};
use url::{Position, Url};

use super::credentials::Credentials;

/// For whom a signature is.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Scope<'s> {
    pub(crate) region: &'s str,
    pub(crate) service: &'s str,
}

/// Adds the date, the session's token and the signature to `headers`, which are all signed.
///
/// The path of `url` is signed as it is sent, encoded once more. The host is signed and sent by the client.
pub(crate) fn sign(
    credentials: &Credentials,
    scope: Scope<'_>,
    now: Timestamp,
    method: &Method,
    url: &Url,
    headers: &mut HeaderMap,
    body: &[u8],
) {
    let time = now.to_zoned(TimeZone::UTC);
    let stamp = time.strftime("%Y%m%dT%H%M%SZ").to_string();
    let mut set = |name: &'static str, value: &str| {
        if let Ok(mut value) = HeaderValue::from_str(value) {
            value.set_sensitive(name == "x-amz-security-token");
            headers.insert(HeaderName::from_static(name), value);
        }
    };
    set("x-amz-date", &stamp);
    if let Some(token) = &credentials.token {
        set("x-amz-security-token", token.expose());
    }
    let mut signed: Vec<(&str, &str)> =
        headers.iter().map(|(name, value)| (name.as_str(), value.to_str().unwrap_or_default())).collect();
    signed.push((HOST.as_str(), &url[Position::BeforeHost..Position::AfterPort]));
    signed.sort_unstable();
    let names = signed.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(";");
    let lines: String = signed.iter().map(|(name, value)| format!("{name}:{}\n", value.trim())).collect();
    let (path, query) = (encoded(url.path(), b"/"), canonical_query(url));
    let request = format!("{method}\n{path}\n{query}\n{lines}\n{names}\n{}", sha256(body));
    let day = stamp.get(..8).unwrap_or_default();
    let scope_line = format!("{day}/{}/{}/aws4_request", scope.region, scope.service);
    let to_sign = format!("AWS4-HMAC-SHA256\n{stamp}\n{scope_line}\n{}", sha256(request.as_bytes()));
    let mut key = format!("AWS4{}", credentials.secret.expose()).into_bytes();
    for part in [day, scope.region, scope.service, "aws4_request"] {
        key = mac(&key, part);
    }
    let signature = hex(&mac(&key, &to_sign));
    let value = format!(
        "AWS4-HMAC-SHA256 Credential={}/{scope_line}, SignedHeaders={names}, Signature={signature}",
        credentials.id
    );
    if let Ok(value) = HeaderValue::from_str(&value) {
        headers.insert(AUTHORIZATION, value);
    }
}

/// The query's pairs in order, strictly encoded.
fn canonical_query(url: &Url) -> String {
    let pairs = url.query_pairs().map(|(name, value)| (encoded(&name, b""), encoded(&value, b"")));
    let mut pairs: Vec<(String, String)> = pairs.collect();
    pairs.sort_unstable();
    pairs.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("&")
}

/// Everything but letters, digits, `-_.~` and the bytes of `keep` as `%XX`.
pub(super) fn encoded(text: &str, keep: &[u8]) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte) || keep.contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}

fn mac(key: &[u8], text: &str) -> Vec<u8> {
    hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, key), text.as_bytes()).as_ref().to_vec()
}

fn sha256(bytes: &[u8]) -> String {
    hex(digest::digest(&digest::SHA256, bytes).as_ref())
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use narthex_http_client::Secret;

    use super::*;

    /// The published test cases "get-vanilla" and "get-vanilla-query-order-key-case".
    #[test]
    fn published_cases() {
        let credentials = Credentials {
            id: "AKIDEXAMPLE".to_owned(),
            secret: Secret::new("wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"),
            token: None,
            until: None,
        };
        for (url, signature) in [
            (
                "https://example.amazonaws.com/",
                "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31",
            ),
            (
                "https://example.amazonaws.com/?Param2=value2&Param1=value1",
                "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500",
            ),
        ] {
            let mut headers = HeaderMap::new();
            sign(
                &credentials,
                Scope { region: "us-east-1", service: "service" },
                "2015-08-30T12:36:00Z".parse().unwrap(),
                &Method::GET,
                &Url::parse(url).unwrap(),
                &mut headers,
                b"",
            );
            assert_eq!(headers["x-amz-date"], "20150830T123600Z");
            let expected = format!(
                "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, \
                 SignedHeaders=host;x-amz-date, Signature={signature}"
            );
            assert_eq!(headers["authorization"], expected, "{url}");
        }
    }

    #[test]
    fn encoding() {
        assert_eq!(encoded("/a%3A b~", b"/"), "/a%253A%20b~");
        assert_eq!(encoded("a/b:é", b""), "a%2Fb%3A%C3%A9");
    }
}
