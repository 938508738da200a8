//! Writing meta labels: what several mechanisms need for it.

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
