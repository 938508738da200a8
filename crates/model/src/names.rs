//! Reserved label names, and which metric and label names are valid.

/// The label that holds the metric name.
pub const METRIC_NAME: &str = "__name__";
/// The label that holds a classic histogram bucket's inclusive upper bound.
pub const BUCKET_LABEL: &str = "le";
/// The label that holds a summary's quantile.
pub const QUANTILE_LABEL: &str = "quantile";
/// The label that names the scraped endpoint, `host:port`.
pub const INSTANCE_LABEL: &str = "instance";
/// The label that names the scrape job.
pub const JOB_LABEL: &str = "job";
/// The label that holds the metric type when type-and-unit labels are on.
pub const TYPE_LABEL: &str = "__type__";
/// The label that holds the unit when type-and-unit labels are on.
pub const UNIT_LABEL: &str = "__unit__";

/// Whether `name` matches `[a-zA-Z_:][a-zA-Z0-9_:]*`, the classic metric name.
pub fn is_legacy_metric_name(name: &str) -> bool {
    let mut bytes = name.bytes();
    matches!(bytes.next(), Some(b'a'..=b'z' | b'A'..=b'Z' | b'_' | b':'))
        && bytes.all(|b| matches!(b, b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'_' | b':'))
}

/// Whether `name` matches `[a-zA-Z_][a-zA-Z0-9_]*`, the classic label name.
pub fn is_legacy_label_name(name: &str) -> bool {
    is_legacy_metric_name(name) && !name.contains(':')
}

/// Whether `name` can be a metric or label name under UTF-8 validation: anything but the empty string.
pub fn is_utf8_name(name: &str) -> bool {
    !name.is_empty()
}

/// Which names are accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum NameValidation {
    /// Any UTF-8 text but the empty one.
    #[default]
    Utf8,
    /// Only the classic names.
    Legacy,
}

impl NameValidation {
    /// Whether `name` can be a metric name.
    pub fn is_metric_name(self, name: &str) -> bool {
        match self {
            Self::Utf8 => is_utf8_name(name),
            Self::Legacy => is_legacy_metric_name(name),
        }
    }

    /// Whether `name` can be a label name.
    pub fn is_label_name(self, name: &str) -> bool {
        match self {
            Self::Utf8 => is_utf8_name(name),
            Self::Legacy => is_legacy_label_name(name),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn classic_names() {
        for good in ["a", "_a9", "http_requests_total"] {
            assert!(is_legacy_metric_name(good) && is_legacy_label_name(good), "{good}");
        }
        for bad in ["", "9a", "a-b", "a.b", "ä"] {
            assert!(!is_legacy_metric_name(bad) && !is_legacy_label_name(bad), "{bad}");
        }
        assert!(is_legacy_metric_name("job:x:rate5m"));
        assert!(!is_legacy_label_name("job:x"));
    }
}
