//! What an expression says without an engine: a set of strings with anything before or behind them.

use regex_syntax::hir::{Class, Hir, HirKind, Repetition};

/// The most strings that are listed.
const MAX_STRINGS: usize = 4096;
/// The most bytes that the listed strings may have together.
const MAX_BYTES: usize = 1 << 20;
/// Up to so many strings are compared one by one, more by binary search.
const LINEAR_STRINGS: usize = 8;

/// What may stand before or behind the strings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Gap {
    /// Nothing.
    None,
    /// `.*`
    Any,
    /// `.+`
    NotEmpty,
}

/// `gap (string|…) gap`
#[derive(Debug)]
pub(super) struct Shape {
    lead: Gap,
    /// Sorted, without duplicates.
    strings: Vec<String>,
    trail: Gap,
}

impl Shape {
    /// The shape of an expression, if it has one.
    pub(super) fn of(hir: &Hir) -> Option<Self> {
        let hir = without_captures(hir);
        let parts = match hir.kind() {
            HirKind::Concat(parts) => parts.as_slice(),
            _ => std::slice::from_ref(hir),
        };
        let (lead, parts) = match parts.split_first() {
            Some((first, rest)) if gap(first) != Gap::None => (gap(first), rest),
            _ => (Gap::None, parts),
        };
        let (trail, parts) = match parts.split_last() {
            Some((last, rest)) if gap(last) != Gap::None => (gap(last), rest),
            _ => (Gap::None, parts),
        };
        let mut strings = strings_of_concat(parts)?;
        strings.sort_unstable();
        strings.dedup();
        Some(Self { lead, strings, trail })
    }

    /// The strings, when nothing may stand before or behind them.
    pub(super) fn set(&self) -> Option<&[String]> {
        (self.lead == Gap::None && self.trail == Gap::None).then_some(&self.strings)
    }

    /// Whether this is `.*`.
    pub(super) fn is_any(&self) -> bool {
        let open = self.lead == Gap::Any || self.trail == Gap::Any;
        let closed = self.lead == Gap::NotEmpty || self.trail == Gap::NotEmpty;
        open && !closed && self.strings.iter().any(String::is_empty)
    }

    pub(super) fn is_match(&self, text: &str) -> bool {
        if self.lead == Gap::None && self.trail == Gap::None {
            return if self.strings.len() <= LINEAR_STRINGS {
                self.strings.iter().any(|string| string == text)
            } else {
                self.strings.binary_search_by(|string| string.as_str().cmp(text)).is_ok()
            };
        }
        // A gap that is not empty takes at least the first or the last character.
        let mut inner = text;
        if self.lead == Gap::NotEmpty {
            let mut chars = inner.chars();
            if chars.next().is_none() {
                return false;
            }
            inner = chars.as_str();
        }
        if self.trail == Gap::NotEmpty {
            let mut chars = inner.chars();
            if chars.next_back().is_none() {
                return false;
            }
            inner = chars.as_str();
        }
        self.strings.iter().any(|string| match (self.lead, self.trail) {
            (Gap::None, _) => inner.starts_with(string.as_str()) && text.starts_with(string.as_str()),
            (_, Gap::None) => inner.ends_with(string.as_str()),
            _ => memchr::memmem::find(inner.as_bytes(), string.as_bytes()).is_some(),
        })
    }
}

/// The text that every match starts with.
pub(super) fn prefix(hir: &Hir) -> String {
    let hir = without_captures(hir);
    match hir.kind() {
        HirKind::Literal(literal) => String::from_utf8(literal.0.to_vec()).unwrap_or_default(),
        HirKind::Concat(parts) => {
            let mut text = String::new();
            for part in parts {
                let piece = prefix(part);
                text.push_str(&piece);
                if strings(part).is_none_or(|all| all.len() != 1) {
                    break;
                }
            }
            text
        }
        HirKind::Alternation(parts) => {
            let mut common: Option<String> = None;
            for part in parts {
                let piece = prefix(part);
                common = Some(match common {
                    None => piece,
                    Some(so_far) => common_prefix(&so_far, &piece).to_owned(),
                });
            }
            common.unwrap_or_default()
        }
        _ => String::new(),
    }
}

fn common_prefix<'a>(a: &'a str, b: &str) -> &'a str {
    let length = a.chars().zip(b.chars()).take_while(|(x, y)| x == y).map(|(x, _)| x.len_utf8()).sum();
    a.get(..length).unwrap_or_default()
}

fn without_captures(mut hir: &Hir) -> &Hir {
    while let HirKind::Capture(capture) = hir.kind() {
        hir = &capture.sub;
    }
    hir
}

/// `.*` or `.+` with a dot that matches everything.
fn gap(hir: &Hir) -> Gap {
    let HirKind::Repetition(Repetition { min, max: None, sub, .. }) = without_captures(hir).kind() else {
        return Gap::None;
    };
    let everything = match without_captures(sub).kind() {
        HirKind::Class(Class::Unicode(class)) => {
            class.ranges().len() == 1
                && class.ranges().iter().all(|range| range.start() == '\0' && range.end() == char::MAX)
        }
        _ => false,
    };
    match (everything, min) {
        (true, 0) => Gap::Any,
        (true, 1) => Gap::NotEmpty,
        _ => Gap::None,
    }
}

/// All strings that match, if they are few.
fn strings(hir: &Hir) -> Option<Vec<String>> {
    match hir.kind() {
        HirKind::Empty => Some(vec![String::new()]),
        HirKind::Literal(literal) => Some(vec![String::from_utf8(literal.0.to_vec()).ok()?]),
        HirKind::Class(Class::Unicode(class)) => {
            let count: usize = class.ranges().iter().map(|range| range.len()).sum();
            if count > MAX_STRINGS {
                return None;
            }
            let chars = class.ranges().iter().flat_map(|range| range.start()..=range.end());
            Some(chars.map(String::from).collect())
        }
        HirKind::Class(Class::Bytes(class)) => {
            let ascii = class.ranges().iter().all(|range| range.end() < 0x80);
            let bytes = class.ranges().iter().flat_map(|range| range.start()..=range.end());
            ascii.then(|| bytes.map(|byte| char::from(byte).to_string()).collect())
        }
        HirKind::Look(_) => None,
        HirKind::Repetition(repetition) => {
            let max = repetition.max.filter(|max| *max <= 64)?;
            let one = strings(&repetition.sub)?;
            let mut all = Vec::new();
            let mut current = vec![String::new()];
            for count in 0..=max {
                if count > 0 {
                    current = product(&current, &one)?;
                }
                if count >= repetition.min {
                    all.extend(current.iter().cloned());
                    within_limits(&all)?;
                }
            }
            Some(all)
        }
        HirKind::Capture(capture) => strings(&capture.sub),
        HirKind::Concat(parts) => strings_of_concat(parts),
        HirKind::Alternation(parts) => {
            let mut all = Vec::new();
            for part in parts {
                all.extend(strings(part)?);
                within_limits(&all)?;
            }
            Some(all)
        }
    }
}

fn strings_of_concat(parts: &[Hir]) -> Option<Vec<String>> {
    let mut all = vec![String::new()];
    for part in parts {
        all = product(&all, &strings(part)?)?;
    }
    Some(all)
}

fn product(heads: &[String], tails: &[String]) -> Option<Vec<String>> {
    if heads.len().saturating_mul(tails.len()) > MAX_STRINGS {
        return None;
    }
    let all = heads.iter().flat_map(|head| tails.iter().map(move |tail| format!("{head}{tail}"))).collect();
    within_limits(&all)?;
    Some(all)
}

#[expect(clippy::ptr_arg, reason = "called with the vectors that are being built")]
fn within_limits(all: &Vec<String>) -> Option<()> {
    (all.len() <= MAX_STRINGS && all.iter().map(String::len).sum::<usize>() <= MAX_BYTES).then_some(())
}
