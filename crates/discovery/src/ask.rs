//! The frame of the mechanisms that ask an HTTP API for everything every now and then: [`Ask`] is all they implement.

use std::future::Future;
use std::time::Duration;

use narthex_http_client::HttpOptions;
use narthex_model::Labels;
use serde_json::Value;
use url::Url;

use crate::labels::Meta;
use crate::refresh::Refresh;
use crate::{DiscoveryError, Refresher, TargetGroup};

/// What the mechanisms that ask the API of a cloud have in common.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct CloudOptions {
    /// The API's address; the provider's public one when it is not set.
    pub endpoint: Option<Url>,
    /// The port of all targets.
    pub port: u16,
    /// How often to ask.
    pub refresh_interval: Duration,
    /// How to ask.
    pub http: HttpOptions,
}

impl Default for CloudOptions {
    fn default() -> Self {
        Self {
            endpoint: None,
            port: 80,
            refresh_interval: Duration::from_secs(60),
            http: HttpOptions::default(),
        }
    }
}

impl CloudOptions {
    /// The URL of a path below the endpoint, or below `public` without one.
    pub(crate) fn url(&self, public: &str, path: &str) -> Result<Url, DiscoveryError> {
        let base = match &self.endpoint {
            Some(endpoint) => endpoint.clone(),
            None => parse_url(public)?,
        };
        Ok(join(&base, path))
    }
}

/// `base` with a path appended to its own.
pub(crate) fn join(base: &Url, path: &str) -> Url {
    let mut url = base.clone();
    if let Ok(mut segments) = url.path_segments_mut() {
        segments.pop_if_empty().extend(path.split('/').filter(|segment| !segment.is_empty()));
    }
    url
}

/// A URL that came from an answer or was put together.
pub(crate) fn parse_url(text: &str) -> Result<Url, DiscoveryError> {
    Url::parse(text).map_err(|error| DiscoveryError::Parse {
        place: format!("the URL \"{text}\""),
        reason: error.to_string(),
    })
}

/// A mechanism that lists everything anew each time.
pub(crate) trait Ask: Send {
    /// The time from one refresh to the next.
    fn interval(&self) -> Duration;

    /// All groups.
    fn ask(&mut self) -> impl Future<Output = Result<Vec<TargetGroup>, DiscoveryError>> + Send;
}

impl<T: Ask> Refresher for T {
    fn interval(&self) -> Duration {
        Ask::interval(self)
    }

    fn refresh(&mut self) -> Refresh<'_> {
        Box::pin(async move { self.ask().await.map(Some) })
    }
}

/// The one group of a mechanism that does not divide its targets.
pub(crate) fn one_group(source: impl Into<String>, targets: &[Meta]) -> Vec<TargetGroup> {
    let targets = targets.iter().map(Meta::labels).collect();
    vec![TargetGroup { source: source.into(), targets, labels: Labels::EMPTY }]
}

/// The text of a scalar in an answer; empty where there is none. `at` is a JSON pointer (`/a/0/b`).
pub(crate) fn text(value: &Value, at: &str) -> String {
    match value.pointer(at) {
        Some(Value::String(text)) => text.clone(),
        Some(value @ (Value::Number(_) | Value::Bool(_))) => value.to_string(),
        _ => String::new(),
    }
}

/// The list in an answer; empty where there is none.
pub(crate) fn list<'v>(value: &'v Value, at: &str) -> &'v [Value] {
    value.pointer(at).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

/// The strings of a list in an answer.
pub(crate) fn strings<'v>(value: &'v Value, at: &str) -> Vec<&'v str> {
    list(value, at).iter().filter_map(Value::as_str).collect()
}

/// The scalars of a mapping in an answer, as texts.
pub(crate) fn mapping(value: &Value, at: &str) -> Vec<(String, String)> {
    let object = value.pointer(at).and_then(Value::as_object);
    object.into_iter().flatten().map(|(name, value)| (name.clone(), text(value, ""))).collect()
}

impl Meta {
    /// Sets `prefix` + name to the text at each place of an answer.
    pub(crate) fn set_texts(&mut self, prefix: &str, value: &Value, places: &[(&str, &str)]) {
        for (name, at) in places {
            self.set(format!("{prefix}{name}"), text(value, at));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places() {
        let value = serde_json::json!({"a": {"b": [1, "x", true, null]}, "m": {"k": "v", "n": 2}});
        assert_eq!(text(&value, "/a/b/0"), "1");
        assert_eq!(text(&value, "/a/b/2"), "true");
        assert_eq!(text(&value, "/a/b/3"), "");
        assert_eq!(text(&value, "/a/c"), "");
        assert_eq!(strings(&value, "/a/b"), ["x"]);
        assert!(list(&value, "/nothing").is_empty());
        let pairs = mapping(&value, "/m");
        assert_eq!(pairs, [("k".to_owned(), "v".to_owned()), ("n".to_owned(), "2".to_owned())]);
    }

    #[test]
    fn paths() {
        let options = CloudOptions { endpoint: Url::parse("http://h/api/").ok(), ..CloudOptions::default() };
        assert_eq!(options.url("https://public", "v2/x").unwrap().as_str(), "http://h/api/v2/x");
        let url = CloudOptions::default().url("https://public/v1", "x").unwrap();
        assert_eq!(url.as_str(), "https://public/v1/x");
        assert!(CloudOptions::default().url("public", "x").is_err());
    }
}
