//! Variables in provisioning files: `$NAME`, `${NAME}`, `$__env{NAME}`, `$__file{path}`, and `$$` for a dollar sign.

/// `text` with its variables replaced; a variable that is not set is empty, as in Grafana.
pub(super) fn expand(text: &str) -> Result<String, String> {
    let mut out = String::new();
    let mut rest = text;
    while let Some(at) = rest.find('$') {
        out.push_str(&rest[..at]);
        let tail = &rest[at + 1..];
        let (value, used) = if tail.starts_with('$') {
            ("$".to_owned(), 1)
        } else if let Some(inside) = braces(tail, "__file{") {
            let value =
                std::fs::read_to_string(inside).map_err(|error| format!("$__file{{{inside}}}: {error}"))?;
            (value.trim().to_owned(), "__file{".len() + inside.len() + 1)
        } else if let Some(inside) = braces(tail, "__env{") {
            (variable(inside), "__env{".len() + inside.len() + 1)
        } else if let Some(inside) = braces(tail, "{") {
            (variable(inside), inside.len() + 2)
        } else {
            let name = name(tail);
            if name.is_empty() { ("$".to_owned(), 0) } else { (variable(name), name.len()) }
        };
        out.push_str(&value);
        rest = &tail[used..];
    }
    out.push_str(rest);
    Ok(out)
}

fn braces<'a>(text: &'a str, open: &str) -> Option<&'a str> {
    let inside = text.strip_prefix(open)?;
    inside.split_once('}').map(|(inside, _)| inside)
}

fn name(text: &str) -> &str {
    let end = text.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(text.len());
    &text[..end]
}

fn variable(name: &str) -> String {
    std::env::var(name).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variables_files_and_dollars() {
        let home = std::env::var("PATH").unwrap();
        assert_eq!(expand("a $PATH b").unwrap(), format!("a {home} b"));
        assert_eq!(expand("${PATH}x$__env{PATH}").unwrap(), format!("{home}x{home}"));
        assert_eq!(expand("$$PATH 5$ $-").unwrap(), "$PATH 5$ $-");
        assert_eq!(expand("[$NARTHEX_NO_SUCH_VARIABLE]").unwrap(), "[]");
        assert!(expand("$__file{/no/such/file}").unwrap_err().contains("/no/such/file"));
    }
}
