//! The path prefix under which a front is mounted (`--web.route-prefix`).

/// Brings a prefix into the form `/a/b` (empty for the root): one slash in front, none behind.
pub fn normalise(prefix: &str) -> String {
    let trimmed = prefix.trim_matches('/');
    if trimmed.is_empty() { String::new() } else { format!("/{trimmed}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_spellings_are_one() {
        for (given, normal) in [("", ""), ("/", ""), ("a", "/a"), ("/a/b/", "/a/b")] {
            assert_eq!(normalise(given), normal);
        }
    }
}
