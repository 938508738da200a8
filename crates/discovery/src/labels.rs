//! Writing meta labels: what several mechanisms need for it.

use narthex_model::Labels;

/// Labels being collected. Of equal names the last wins; empty values are no labels.
#[derive(Debug, Clone, Default)]
pub(crate) struct Meta(Vec<(String, String)>);

impl Meta {
    pub(crate) fn new() -> Self {
        Self::default()
    }

    /// Sets one label.
    pub(crate) fn set(&mut self, name: impl Into<String>, value: impl ToString) {
        self.0.push((name.into(), value.to_string()));
    }

    /// Sets one label if there is a value.
    pub(crate) fn set_some(&mut self, name: &str, value: Option<impl ToString>) {
        if let Some(value) = value {
            self.set(name, value);
        }
    }

    /// Sets `prefix` + name for each pair, names sanitized.
    pub(crate) fn set_all<'m>(
        &mut self,
        prefix: &str,
        pairs: impl IntoIterator<Item = (&'m String, &'m String)>,
    ) {
        for (name, value) in pairs {
            self.set(format!("{prefix}{}", sanitize(name)), value);
        }
    }

    /// Sets all labels of `other`.
    pub(crate) fn extend(&mut self, other: &Self) {
        self.0.extend_from_slice(&other.0);
    }

    /// The label set.
    pub(crate) fn labels(&self) -> Labels {
        Labels::from_pairs(self.0.iter().map(|(name, value)| (name.as_str(), value.as_str())))
    }
}

/// `name` with everything that cannot stand in a classic label name replaced by an underscore.
pub(crate) fn sanitize(name: &str) -> String {
    name.chars().map(|c| if c.is_ascii_alphanumeric() || c == '_' { c } else { '_' }).collect()
}

/// Values between separators, with one at both ends, so that rules can look for `,value,`; empty without values.
pub(crate) fn surrounded<'v>(values: impl IntoIterator<Item = &'v str>, separator: &str) -> String {
    let mut joined = String::new();
    for value in values {
        if joined.is_empty() {
            joined.push_str(separator);
        }
        joined.push_str(value);
        joined.push_str(separator);
    }
    joined
}

/// `host:port`, with brackets around an IPv6 address.
pub(crate) fn host_port(host: &str, port: u16) -> String {
    if host.contains(':') { format!("[{host}]:{port}") } else { format!("{host}:{port}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn table() {
        assert_eq!(sanitize("com.docker/a-b é"), "com_docker_a_b__");
        assert_eq!(surrounded(["a", "b"], ","), ",a,b,");
        assert_eq!(surrounded([], ","), "");
        assert_eq!(host_port("::1", 80), "[::1]:80");
        assert_eq!(host_port("h", 80), "h:80");
    }
}
