//! The five scrape protocols: their names in configuration, media types, and `Content-Type` headers both ways.
//!
//! Called by the scraper (reads the response's header), by servers (write it) and by [`crate::negotiate`].

use std::fmt;
use std::str::FromStr;

use crate::EscapingScheme;

/// A format in which a page of metrics travels. The order is Prometheus' preference when native histograms are wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Protocol {
    /// Length-delimited protobuf messages `io.prometheus.client.MetricFamily`.
    PrometheusProto,
    /// OpenMetrics text, version 1.0.0.
    OpenMetrics100,
    /// OpenMetrics text, version 0.0.1 (the draft; the same syntax).
    OpenMetrics001,
    /// Classic text, version 1.0.0: UTF-8 names in quotes.
    Text100,
    /// Classic text, version 0.0.4.
    Text004,
}

pub(crate) const PROTO_MESSAGE: &str = "io.prometheus.client.MetricFamily";
pub(crate) const PROTO_TYPE: &str = "application/vnd.google.protobuf";
pub(crate) const OPENMETRICS_TYPE: &str = "application/openmetrics-text";
pub(crate) const TEXT_TYPE: &str = "text/plain";

/// The four header values of one protocol, in the order of [`EscapingScheme::ALL`].
macro_rules! with_each_scheme {
    ($base:literal, $scheme:expr) => {
        match $scheme {
            EscapingScheme::AllowUtf8 => concat!($base, "; escaping=allow-utf-8"),
            EscapingScheme::Underscores => concat!($base, "; escaping=underscores"),
            EscapingScheme::Dots => concat!($base, "; escaping=dots"),
            EscapingScheme::Values => concat!($base, "; escaping=values"),
        }
    };
}

impl Protocol {
    /// All protocols, protobuf first.
    pub const ALL: [Self; 5] =
        [Self::PrometheusProto, Self::OpenMetrics100, Self::OpenMetrics001, Self::Text100, Self::Text004];

    /// What Prometheus asks for by default: everything but protobuf.
    pub const DEFAULT: [Self; 4] = [Self::OpenMetrics100, Self::OpenMetrics001, Self::Text100, Self::Text004];

    /// The name in `scrape_protocols` and `fallback_scrape_protocol`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::PrometheusProto => "PrometheusProto",
            Self::OpenMetrics100 => "OpenMetricsText1.0.0",
            Self::OpenMetrics001 => "OpenMetricsText0.0.1",
            Self::Text100 => "PrometheusText1.0.0",
            Self::Text004 => "PrometheusText0.0.4",
        }
    }

    /// The media type with its fixed parameters, as it stands in an `Accept` header.
    pub fn media_range(self) -> &'static str {
        match self {
            Self::PrometheusProto => {
                "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited"
            }
            Self::OpenMetrics100 => "application/openmetrics-text;version=1.0.0",
            Self::OpenMetrics001 => "application/openmetrics-text;version=0.0.1",
            Self::Text100 => "text/plain;version=1.0.0",
            Self::Text004 => "text/plain;version=0.0.4",
        }
    }

    /// The `Content-Type` of a response in this protocol whose names are escaped by `scheme`.
    pub fn content_type(self, scheme: EscapingScheme) -> &'static str {
        match self {
            Self::PrometheusProto => with_each_scheme!(
                "application/vnd.google.protobuf; proto=io.prometheus.client.MetricFamily; encoding=delimited",
                scheme
            ),
            Self::OpenMetrics100 => {
                with_each_scheme!("application/openmetrics-text; version=1.0.0; charset=utf-8", scheme)
            }
            Self::OpenMetrics001 => {
                with_each_scheme!("application/openmetrics-text; version=0.0.1; charset=utf-8", scheme)
            }
            Self::Text100 => with_each_scheme!("text/plain; version=1.0.0; charset=utf-8", scheme),
            Self::Text004 => with_each_scheme!("text/plain; version=0.0.4; charset=utf-8", scheme),
        }
    }

    /// Whether this is OpenMetrics text.
    pub fn is_openmetrics(self) -> bool {
        matches!(self, Self::OpenMetrics100 | Self::OpenMetrics001)
    }

    /// Whether the scraper may name an escaping scheme in its request for this protocol.
    pub(crate) fn takes_escaping(self) -> bool {
        matches!(self, Self::OpenMetrics100 | Self::Text100)
    }
}

impl fmt::Display for Protocol {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A name that is none of the five protocols.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnknownProtocol(String);

impl std::error::Error for UnknownProtocol {}

impl fmt::Display for UnknownProtocol {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "unknown scrape protocol {}, supported: [OpenMetricsText0.0.1 OpenMetricsText1.0.0 PrometheusProto \
             PrometheusText0.0.4 PrometheusText1.0.0]",
            self.0
        )
    }
}

impl FromStr for Protocol {
    type Err = UnknownProtocol;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|protocol| protocol.as_str() == name)
            .ok_or_else(|| UnknownProtocol(name.to_owned()))
    }
}

/// What a response's `Content-Type` says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ContentType {
    /// How to parse the body.
    pub protocol: Protocol,
    /// How the server escaped names, if it said so.
    pub escaping: Option<EscapingScheme>,
}

/// Why a `Content-Type` does not say how to parse the body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ContentTypeError {
    /// No header, or an empty one.
    Missing,
    /// Not a media type with parameters.
    Malformed(String),
    /// A media type that is not one of ours.
    Unsupported(String),
}

impl std::error::Error for ContentTypeError {}

impl fmt::Display for ContentTypeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing => f.write_str(
                "the target sent no Content-Type; set fallback_scrape_protocol if it serves a known format",
            ),
            Self::Malformed(header) => write!(
                f,
                "cannot parse Content-Type {header:?}; set fallback_scrape_protocol if the target serves a known format"
            ),
            Self::Unsupported(header) => write!(
                f,
                "unsupported Content-Type {header:?}: expected text/plain, application/openmetrics-text or \
                 application/vnd.google.protobuf; set fallback_scrape_protocol if the target serves a known format"
            ),
        }
    }
}

impl ContentType {
    /// Reads a response's header. As in Prometheus only the media type decides how the body is parsed; an unknown
    /// version counts as the newest OpenMetrics or the oldest classic text.
    pub fn parse(header: &str) -> Result<Self, ContentTypeError> {
        if header.is_empty() {
            return Err(ContentTypeError::Missing);
        }
        let malformed = || ContentTypeError::Malformed(header.to_owned());
        let parsed = MediaType::parse(header).ok_or_else(malformed)?;
        let version = parsed.param("version");
        let protocol = match parsed.essence.as_str() {
            PROTO_TYPE => Protocol::PrometheusProto,
            OPENMETRICS_TYPE if version == Some("0.0.1") => Protocol::OpenMetrics001,
            OPENMETRICS_TYPE => Protocol::OpenMetrics100,
            TEXT_TYPE if version == Some("1.0.0") => Protocol::Text100,
            TEXT_TYPE => Protocol::Text004,
            _ => return Err(ContentTypeError::Unsupported(header.to_owned())),
        };
        Ok(Self { protocol, escaping: parsed.param("escaping").and_then(|name| name.parse().ok()) })
    }
}

/// A media type and its parameters (lower-cased names), as in `Content-Type` and in each part of `Accept`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct MediaType {
    /// `type/subtype`, lower case.
    pub(crate) essence: String,
    params: Vec<(String, String)>,
}

impl MediaType {
    /// `None` when a piece is not a token, a parameter has no value, or a parameter comes twice.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let mut parts = split_outside_quotes(text, ';');
        let essence = parts.next()?.trim().to_ascii_lowercase();
        if essence.is_empty() || !essence.split('/').all(is_token) || essence.split('/').count() > 2 {
            return None;
        }
        let mut params: Vec<(String, String)> = Vec::new();
        for part in parts {
            let part = part.trim();
            if part.is_empty() {
                continue;
            }
            let (name, value) = part.split_once('=')?;
            let name = name.trim().to_ascii_lowercase();
            let value = unquote(value.trim())?;
            if !is_token(&name) || params.iter().any(|(known, _)| *known == name) {
                return None;
            }
            params.push((name, value));
        }
        Some(Self { essence, params })
    }

    /// The value of a parameter, if present.
    pub(crate) fn param(&self, name: &str) -> Option<&str> {
        self.params.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }
}

/// The pieces of `text` between `separator`s that do not stand inside double quotes.
pub(crate) fn split_outside_quotes(text: &str, separator: char) -> impl Iterator<Item = &str> {
    let mut quoted = false;
    let mut escaped = false;
    text.split(move |c: char| {
        let was_escaped = escaped;
        escaped = quoted && c == '\\' && !was_escaped;
        if c == '"' && !was_escaped {
            quoted = !quoted;
        }
        c == separator && !quoted
    })
}

/// A token, or the content of a quoted string.
fn unquote(value: &str) -> Option<String> {
    let Some(inner) = value.strip_prefix('"') else {
        return is_token(value).then(|| value.to_owned());
    };
    let inner = inner.strip_suffix('"')?;
    let mut out = String::with_capacity(inner.len());
    let mut chars = inner.chars();
    while let Some(c) = chars.next() {
        match c {
            '\\' => out.push(chars.next()?),
            '"' => return None,
            c => out.push(c),
        }
    }
    Some(out)
}

/// Whether `text` is an HTTP token.
fn is_token(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&b))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_round_trip() {
        for protocol in Protocol::ALL {
            assert_eq!(protocol.as_str().parse(), Ok(protocol));
        }
        assert!("PrometheusText0.0.5".parse::<Protocol>().is_err());
    }

    #[test]
    fn own_headers_are_understood() {
        for protocol in Protocol::ALL {
            for escaping in EscapingScheme::ALL {
                let parsed = ContentType::parse(protocol.content_type(escaping));
                assert_eq!(parsed, Ok(ContentType { protocol, escaping: Some(escaping) }));
            }
        }
    }

    #[test]
    fn other_peoples_headers() {
        let ok = |header: &str| ContentType::parse(header).map(|parsed| parsed.protocol);
        assert_eq!(ok("text/plain"), Ok(Protocol::Text004));
        assert_eq!(ok("Text/Plain ; Version=\"1.0.0\"; charset=utf-8;"), Ok(Protocol::Text100));
        assert_eq!(ok("application/openmetrics-text"), Ok(Protocol::OpenMetrics100));
        assert_eq!(ok("application/openmetrics-text; version=0.0.1"), Ok(Protocol::OpenMetrics001));
        assert_eq!(ok("application/vnd.google.protobuf"), Ok(Protocol::PrometheusProto));
        assert_eq!(ok(""), Err(ContentTypeError::Missing));
        for bad in
            ["text/plain; version", "text/plain; a=1; a=2", "text/pl ain", "/", "a/b/c", "text/plain; a=\"b"]
        {
            assert!(matches!(ok(bad), Err(ContentTypeError::Malformed(_))), "{bad}");
        }
        for other in ["text/html", "application/json; charset=utf-8", "garbage"] {
            assert!(matches!(ok(other), Err(ContentTypeError::Unsupported(_))), "{other}");
        }
    }
}
