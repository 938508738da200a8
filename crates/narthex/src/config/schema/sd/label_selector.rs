//! The grammar of Kubernetes' label selectors, as far as a file can be checked without a cluster.
//!
//! A selector is a list of requirements with commas between them: `key`, `!key`, `key = value`, `key == value`,
//! `key != value`, `key in (a, b)`, `key notin (a, b)`, `key > 1`, `key < 1`. An empty one selects everything.

/// Says what is wrong with a selector.
pub(super) fn check_labels(text: &str) -> Result<(), String> {
    let mut tokens = tokens(text).peekable();
    if tokens.peek().is_none() {
        return Ok(());
    }
    loop {
        requirement(&mut tokens)?;
        match tokens.next() {
            None => return Ok(()),
            Some(",") => {}
            Some(other) => return Err(format!("found \"{other}\", expected a comma or the end")),
        }
    }
}

const SIGNS: &str = "!=<>(),";

/// Words and signs; `==`, `!=` are one sign each.
fn tokens(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text.trim_start();
    std::iter::from_fn(move || {
        let first = rest.chars().next()?;
        let length = match first {
            '=' | '!' if rest[1..].starts_with('=') => 2,
            sign if SIGNS.contains(sign) => 1,
            _ => rest.find(|c: char| c.is_whitespace() || SIGNS.contains(c)).unwrap_or(rest.len()),
        };
        let (token, tail) = rest.split_at(length);
        rest = tail.trim_start();
        Some(token)
    })
}

type Tokens<'t, I> = std::iter::Peekable<I>;

fn requirement<'t, I: Iterator<Item = &'t str>>(tokens: &mut Tokens<'t, I>) -> Result<(), String> {
    let negated = tokens.next_if_eq(&"!").is_some();
    key(tokens.next())?;
    if negated || tokens.peek().is_none_or(|token| *token == ",") {
        return Ok(());
    }
    match tokens.next().unwrap_or_default() {
        "=" | "==" | "!=" => {
            // A value may be empty.
            let word = tokens.next_if(|token| *token != ",");
            word.map_or(Ok(()), value)
        }
        "<" | ">" => {
            let word = tokens.next().unwrap_or_default();
            word.parse::<i64>().map(|_| ()).map_err(|_| format!("found \"{word}\", expected a whole number"))
        }
        "in" | "notin" => set(tokens),
        other => Err(format!("found \"{other}\", expected one of =, ==, !=, in, notin, <, >")),
    }
}

fn set<'t, I: Iterator<Item = &'t str>>(tokens: &mut Tokens<'t, I>) -> Result<(), String> {
    match tokens.next() {
        Some("(") => {}
        other => return Err(format!("found \"{}\", expected \"(\"", other.unwrap_or_default())),
    }
    loop {
        if let Some(word) = tokens.next_if(|token| !matches!(*token, "," | ")")) {
            value(word)?;
        }
        match tokens.next() {
            Some(")") => return Ok(()),
            Some(",") => {}
            other => {
                return Err(format!("found \"{}\", expected a comma or \")\"", other.unwrap_or_default()));
            }
        }
    }
}

/// A label key: a name, perhaps with a domain in front of a slash.
fn key(token: Option<&str>) -> Result<(), String> {
    let text = token.unwrap_or_default();
    let name = text.rsplit_once('/').map_or(text, |(_, name)| name);
    if name.is_empty() {
        return Err(format!("found \"{text}\", expected a label name"));
    }
    value(name)
}

fn value(text: &str) -> Result<(), String> {
    let edges = [text.chars().next(), text.chars().next_back()];
    let good = text.len() <= 63
        && text.chars().all(|c| c.is_ascii_alphanumeric() || "-_.".contains(c))
        && edges.into_iter().flatten().all(|c| c.is_ascii_alphanumeric());
    if good {
        return Ok(());
    }
    Err(format!(
        "\"{text}\": expected at most 63 letters, digits, \"-\", \"_\" and \".\", with a letter or digit at both ends"
    ))
}

#[cfg(test)]
mod tests {
    use super::check_labels;

    #[test]
    fn selectors() {
        for good in [
            "",
            "a",
            "!a",
            "a=b",
            "a==b",
            "a != b",
            "a=",
            "a in (b)",
            "a notin (b, c)",
            "a in (b,)",
            "x>1,y<2",
            "app.kubernetes.io/name=web,tier in (a,b),!c",
        ] {
            assert_eq!(check_labels(good), Ok(()), "{good}");
        }
        for bad in
            ["a in", "a in b", "a in (b", "=b", "a b", "a,,b", "a=b c", "a>x", "a=-b", "a=b,", "(", "!"]
        {
            assert!(check_labels(bad).is_err(), "{bad}");
        }
    }
}
