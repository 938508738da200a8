//! Replacement templates (`$1`, `${1}`, `${name}`, `$$`); called by `apply`, checked by `rule`.
//!
//! A reference without braces takes the longest run of letters, digits and underscores: `$1x` is the group named
//! `1x`. A dollar sign that starts no reference stands for itself.

use super::regex::Groups;

enum Piece<'a> {
    Text(&'a str),
    Group(&'a str),
}

/// Whether `template` refers to groups at all.
pub(super) fn has_references(template: &str) -> bool {
    template.contains('$')
}

/// Appends `template` to `out`, with the references replaced.
pub(super) fn expand(template: &str, groups: &Groups<'_>, out: &mut String) {
    for piece in pieces(template) {
        match piece {
            Piece::Text(text) => out.push_str(text),
            Piece::Group(name) if name.bytes().all(|byte| byte.is_ascii_digit()) => {
                // A number too large for any group is a group that does not exist.
                out.push_str(name.parse().map(|index| groups.index(index)).unwrap_or_default());
            }
            Piece::Group(name) => out.push_str(groups.name(name)),
        }
    }
}

/// `template` with every reference replaced by a letter: what remains must be a name by itself.
pub(super) fn skeleton(template: &str) -> String {
    pieces(template)
        .map(|piece| match piece {
            Piece::Text(text) => text,
            Piece::Group(_) => "x",
        })
        .collect()
}

fn pieces(template: &str) -> impl Iterator<Item = Piece<'_>> {
    let mut rest = template;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let (piece, tail) = next_piece(rest);
        rest = tail;
        Some(piece)
    })
}

fn next_piece(rest: &str) -> (Piece<'_>, &str) {
    let dollar = rest.find('$').unwrap_or(rest.len());
    if dollar > 0 {
        let (text, tail) = rest.split_at(dollar);
        return (Piece::Text(text), tail);
    }
    let after = &rest[1..];
    if let Some(tail) = after.strip_prefix('$') {
        return (Piece::Text("$"), tail);
    }
    let braced = after.strip_prefix('{');
    let name_and_tail = braced.unwrap_or(after);
    let end = name_and_tail.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(name_and_tail.len());
    let (name, tail) = name_and_tail.split_at(end);
    let tail = if braced.is_some() { tail.strip_prefix('}') } else { Some(tail) };
    match tail {
        Some(tail) if !name.is_empty() => (Piece::Group(name), tail),
        _ => (Piece::Text("$"), after),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::relabel::RelabelRegex;

    #[test]
    fn expands() {
        let regex = RelabelRegex::new("(?P<first>[a-z]+)-([0-9]+)(x)?").unwrap();
        let groups = regex.captures("ab-12").unwrap();
        for (template, expected) in [
            ("$1", "ab"),
            ("${2}0", "120"),
            ("$20", ""),
            ("$1x", ""),
            ("${first}!", "ab!"),
            ("$3|$9", "|"),
            ("$$1", "$1"),
            ("a$", "a$"),
            ("${1", "${1"),
            ("${}", "${}"),
            ("$-", "$-"),
            ("$99999999999999999999999", ""),
            ("$0", "ab-12"),
        ] {
            let mut out = String::new();
            expand(template, &groups, &mut out);
            assert_eq!(out, expected, "{template}");
        }
        assert_eq!(skeleton("a_${1}_$2-"), "a_x_x-");
    }
}
