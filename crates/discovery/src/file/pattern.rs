//! File name patterns: `*`, `?`, `[a-z]`, `[^a-z]`, `\x`; called by `scan` for the last part of a path.

/// Whether the whole of `name` matches `pattern`. A malformed pattern matches nothing.
pub(super) fn matches(pattern: &str, name: &str) -> bool {
    let pattern: Vec<char> = pattern.chars().collect();
    let name: Vec<char> = name.chars().collect();
    let (mut p, mut n) = (0, 0);
    // Where to go on if the text after the last star does not match: the star takes one character more.
    let mut retry: Option<(usize, usize)> = None;
    loop {
        if pattern.get(p) == Some(&'*') {
            p += 1;
            retry = Some((p, n));
            continue;
        }
        match (name.get(n), one(&pattern[p..])) {
            (None, _) => return p == pattern.len(),
            (Some(c), Some((accepts, used))) if accepts.accepts(*c) => {
                p += used;
                n += 1;
            }
            _ => match retry {
                Some((star_p, star_n)) => {
                    (p, n) = (star_p, star_n + 1);
                    retry = Some((star_p, star_n + 1));
                }
                None => return false,
            },
        }
    }
}

/// Whether `pattern` is more than a plain name.
pub(super) fn is_pattern(pattern: &str) -> bool {
    pattern.contains(['*', '?', '[', '\\'])
}

enum One {
    Any,
    Exactly(char),
    Class { negated: bool, ranges: Vec<(char, char)> },
}

impl One {
    fn accepts(&self, c: char) -> bool {
        match self {
            Self::Any => true,
            Self::Exactly(expected) => c == *expected,
            Self::Class { negated, ranges } => {
                ranges.iter().any(|(low, high)| (*low..=*high).contains(&c)) != *negated
            }
        }
    }
}

/// The pattern of one character at the front, and how many characters of the pattern it is long.
fn one(pattern: &[char]) -> Option<(One, usize)> {
    match *pattern.first()? {
        '?' => Some((One::Any, 1)),
        '\\' => Some((One::Exactly(*pattern.get(1)?), 2)),
        '[' => class(pattern),
        c => Some((One::Exactly(c), 1)),
    }
}

fn class(pattern: &[char]) -> Option<(One, usize)> {
    let negated = matches!(pattern.get(1), Some('^' | '!'));
    let mut at = if negated { 2 } else { 1 };
    let mut ranges = Vec::new();
    loop {
        let low = *pattern.get(at)?;
        if low == ']' && !ranges.is_empty() {
            return Some((One::Class { negated, ranges }, at + 1));
        }
        let high = match pattern.get(at + 1..at + 3) {
            Some(['-', high]) if *high != ']' => Some(*high),
            _ => None,
        };
        ranges.push((low, high.unwrap_or(low)));
        at += if high.is_some() { 3 } else { 1 };
    }
}

#[cfg(test)]
mod tests {
    use super::matches;

    #[test]
    fn table() {
        for (pattern, name, expected) in [
            ("*.json", "a.json", true),
            ("*.json", ".json", true),
            ("*.json", "a.yml", false),
            ("a*b*c", "aXbYbZc", true),
            ("a*b*c", "aXbYbZ", false),
            ("?.yml", "ab.yml", false),
            ("[a-c]?.yml", "bz.yml", true),
            ("[^a-c].yml", "b.yml", false),
            ("[", "[", false),
            ("\\*.yml", "*.yml", true),
            ("*", "", true),
            ("", "", true),
            ("a", "", false),
        ] {
            assert_eq!(matches(pattern, name), expected, "{pattern} {name}");
        }
    }
}
