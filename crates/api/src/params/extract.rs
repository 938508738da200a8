//! [`Params`]: names and values from the query string and, for POST, a form body; the body's come first, as in Go.

use axum::body::to_bytes;
use axum::extract::{FromRequest, OriginalUri, Request};
use http::header::CONTENT_TYPE;
use http::request::Parts;
use http::{HeaderMap, Method, Uri};
use narthex_web::Peer;
use percent_encoding::percent_decode_str;

use super::multipart;
use crate::error::ApiError;
use crate::time::{parse_duration, parse_time};

/// The largest form body that is read, in bytes (Go's limit for forms).
const FORM_BYTES_MAX: usize = 10 << 20;

/// The parameters of one request, in order.
#[derive(Debug, Default)]
pub(crate) struct Params {
    pairs: Vec<(String, String)>,
    /// The request's headers.
    pub(crate) headers: HeaderMap,
    /// Where the request came from.
    pub(crate) source: Source,
}

/// Where a request came from and where it went.
#[derive(Debug, Clone, Default)]
pub(crate) struct Source {
    /// Who sent it; nobody when another part of the server asks.
    pub(crate) peer: Option<Peer>,
    /// The method.
    pub(crate) method: Method,
    /// The address, with the route prefix.
    pub(crate) uri: Uri,
}

impl Source {
    fn of(parts: &Parts) -> Self {
        let original = parts.extensions.get::<OriginalUri>();
        Self {
            peer: parts.extensions.get().copied(),
            method: parts.method.clone(),
            uri: original.map_or(&parts.uri, |original| &original.0).clone(),
        }
    }
}

impl<S: Send + Sync> FromRequest<S> for Params {
    type Rejection = ApiError;

    async fn from_request(request: Request, _: &S) -> Result<Self, ApiError> {
        let query = request.uri().query().unwrap_or_default().to_owned();
        let (parts, body) = request.into_parts();
        let mut pairs = Vec::new();
        let kind = parts.headers.get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
        let boundary = multipart::boundary(kind);
        let is_plain = kind.starts_with("application/x-www-form-urlencoded");
        if parts.method == Method::POST && (is_plain || boundary.is_some()) {
            let form = to_bytes(body, FORM_BYTES_MAX).await.map_err(|error| {
                ApiError::bad_data(format!(
                    "error parsing form values: {error} (at most {FORM_BYTES_MAX} bytes)"
                ))
            })?;
            match boundary {
                Some(boundary) => pairs = multipart::pairs(&form, boundary),
                None => parse_pairs(&String::from_utf8_lossy(&form), &mut pairs)?,
            }
        }
        parse_pairs(&query, &mut pairs)?;
        Ok(Self { pairs, source: Source::of(&parts), headers: parts.headers })
    }
}

fn parse_pairs(text: &str, pairs: &mut Vec<(String, String)>) -> Result<(), ApiError> {
    for pair in text.split('&').filter(|pair| !pair.is_empty()) {
        if pair.contains(';') {
            return Err(ApiError::bad_data(
                "error parsing form values: invalid semicolon separator in query",
            ));
        }
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        pairs.push((decode(name)?, decode(value)?));
    }
    Ok(())
}

fn decode(text: &str) -> Result<String, ApiError> {
    let spaced = text.replace('+', " ");
    let mut rest = spaced.as_bytes();
    while let Some(at) = rest.iter().position(|byte| *byte == b'%') {
        let escape = rest.get(at..).unwrap_or_default();
        let valid = escape.get(1..3).is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit));
        if !valid {
            let shown = String::from_utf8_lossy(escape.get(..3).unwrap_or(escape)).into_owned();
            return Err(ApiError::bad_data(format!(
                "error parsing form values: invalid URL escape \"{shown}\""
            )));
        }
        rest = escape.get(3..).unwrap_or_default();
    }
    Ok(percent_decode_str(&spaced).decode_utf8_lossy().into_owned())
}

impl Params {
    /// The first value of a parameter; empty when it is not there.
    pub(crate) fn get(&self, name: &str) -> &str {
        self.pairs.iter().find(|(n, _)| n == name).map_or("", |(_, value)| value)
    }

    /// All values of a parameter.
    pub(crate) fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.pairs.iter().filter(move |(n, _)| n == name).map(|(_, value)| value.as_str())
    }

    /// A time in milliseconds; the default when it is not there.
    pub(crate) fn time_or(&self, name: &str, default: i64) -> Result<i64, ApiError> {
        match self.get(name) {
            "" => Ok(default),
            text => parse_time(text).map_err(|error| {
                ApiError::parameter(name, format!("invalid time value for '{name}': {error}"))
            }),
        }
    }

    /// A time that must be there.
    pub(crate) fn time(&self, name: &str) -> Result<i64, ApiError> {
        parse_time(self.get(name)).map_err(|error| ApiError::parameter(name, error))
    }

    /// A duration in milliseconds, if it is there.
    pub(crate) fn duration(&self, name: &str) -> Result<Option<i64>, ApiError> {
        match self.get(name) {
            "" => Ok(None),
            text => parse_duration(text).map(Some).map_err(|error| ApiError::parameter(name, error)),
        }
    }

    /// A truth value; false when it is not there.
    pub(crate) fn bool(&self, name: &str) -> Result<bool, ApiError> {
        match self.get(name) {
            "" | "0" | "f" | "F" | "false" | "FALSE" | "False" => Ok(false),
            "1" | "t" | "T" | "true" | "TRUE" | "True" => Ok(true),
            text => Err(ApiError::parameter(name, format!("unable to parse boolean \"{text}\""))),
        }
    }

    /// How many results at most; 0 = no limit.
    pub(crate) fn limit(&self) -> Result<usize, ApiError> {
        match self.get("limit") {
            "" => Ok(0),
            text => {
                let number: i64 = text.parse().map_err(|_| {
                    ApiError::parameter("limit", format!("cannot parse \"{text}\" to a whole number"))
                })?;
                usize::try_from(number)
                    .map_err(|_| ApiError::parameter("limit", "limit must be non-negative"))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decodes_as_go() {
        let mut pairs = Vec::new();
        parse_pairs("query=a+b%2Bc&match[]=x&match%5B%5D=y&empty", &mut pairs).unwrap();
        let params = Params { pairs, ..Params::default() };
        assert_eq!(params.get("query"), "a b+c");
        assert_eq!(params.all("match[]").collect::<Vec<_>>(), ["x", "y"]);
        assert_eq!(params.get("nope"), "");
        assert!(parse_pairs("a=%zz", &mut Vec::new()).is_err());
        assert!(parse_pairs("a=1;b=2", &mut Vec::new()).is_err());
    }

    #[test]
    fn wrong_values_name_their_parameter() {
        let with = |name: &str, value: &str| Params {
            pairs: vec![(name.to_owned(), value.to_owned())],
            ..Params::default()
        };
        assert_eq!(
            with("time", "abc").time_or("time", 0).unwrap_err().message,
            "invalid parameter \"time\": invalid time value for 'time': cannot parse \"abc\" to a valid timestamp"
        );
        assert_eq!(
            with("start", "x").time("start").unwrap_err().message,
            "invalid parameter \"start\": cannot parse \"x\" to a valid timestamp"
        );
        assert!(with("limit", "-1").limit().unwrap_err().message.contains("non-negative"));
    }
}
