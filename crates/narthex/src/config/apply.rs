//! Walks a file's [`Node`]s along a [`Section`]: types the scalars, fills in defaults, refuses what is unknown.
//!
//! Called by `load` once per file. Every problem is collected, so that one look shows all of them.

use narthex_model::duration;
use narthex_model::matcher::Regex;

use super::error::Cx;
use super::node::{Entry, Node, Pos, Value};
use super::schema::{Field, Kind, Section};

/// The effective form of `raw` under `section`. Problems end up in `cx`; the result is then not to be used.
pub(crate) fn apply(raw: &Node, section: &'static Section, cx: &mut Cx) -> Node {
    let given = match &raw.value {
        Value::Map(entries) => entries.as_slice(),
        Value::Null => &[],
        _ => {
            let known: Vec<_> = section.all_fields().map(|field| field.name).take(4).collect();
            let message = format!(
                "{}: expected a {} with fields such as {}",
                raw.describe(),
                section.name,
                known.join(", ")
            );
            cx.problem(raw.pos, message);
            return Node { pos: raw.pos, value: Value::Map(Vec::new()) };
        }
    };
    for entry in given {
        if section.all_fields().all(|field| field.name != entry.key) {
            unknown(entry, section, cx);
        }
    }
    let mut entries = Vec::new();
    for field in section.all_fields() {
        let entry = given.iter().find(|entry| entry.key == field.name);
        cx.enter(field.name);
        if let Some(node) = field_value(field, entry, cx) {
            let pos = entry.map_or(node.pos, |entry| entry.pos);
            entries.push(Entry { key: field.name.to_owned(), pos, node });
        }
        cx.leave();
    }
    let mut node = Node { pos: raw.pos, value: Value::Map(entries) };
    let before = cx.problems.len();
    (section.check)(&mut node, cx);
    debug_assert!(cx.problems.len() >= before, "checks only add problems");
    node
}

fn unknown(entry: &Entry, section: &Section, cx: &mut Cx) {
    let nearest = section
        .all_fields()
        .map(|field| (distance(&entry.key, field.name), field.name))
        .min()
        .filter(|(distance, name)| *distance <= 1 + name.len() / 4);
    let hint = nearest.map_or_else(String::new, |(_, name)| format!(": did you mean {name}?"));
    let message = format!("unknown field in {} {}{hint}", article(section.name), section.name);
    cx.problem_in(&entry.key, entry.pos, message);
}

fn article(noun: &str) -> &'static str {
    if noun.starts_with(['a', 'e', 'i', 'o', 'u', 'A', 'E', 'I', 'O', 'H']) { "an" } else { "a" }
}

/// Levenshtein distance, for "did you mean".
pub(crate) fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, left) in a.chars().enumerate() {
        let mut diagonal = i;
        if let Some(first) = row.first_mut() {
            *first = i + 1;
        }
        for (j, right) in b.iter().enumerate() {
            let replace = diagonal + usize::from(left != *right);
            diagonal = row[j + 1];
            row[j + 1] = replace.min(diagonal + 1).min(row[j] + 1);
        }
    }
    row.last().copied().unwrap_or_default()
}

/// The typed value of a field; `None` when it is not set and has no default.
fn field_value(field: &Field, entry: Option<&Entry>, cx: &mut Cx) -> Option<Node> {
    let Some(entry) = entry else { return implied(field, cx) };
    if entry.node.value == Value::Null {
        // YAML's null is the zero value of the field's type, not its default.
        return match field.kind {
            Kind::Section(section) if section.implied => Some(zeroed(section, entry.pos, cx)),
            collection if is_collection(collection) => None,
            kind => Some(Node { pos: entry.pos, value: zero(kind) }),
        };
    }
    let pos = if entry.node.pos.line > 0 { entry.node.pos } else { entry.pos };
    typed(field.kind, &entry.node, pos, cx)
}

fn implied(field: &Field, cx: &mut Cx) -> Option<Node> {
    if let Some(text) = field.default {
        let raw = Node::new(Value::Text { text: text.to_owned(), quoted: false });
        return typed(field.kind, &raw, Pos::default(), cx);
    }
    match field.kind {
        Kind::Section(section) if section.implied => Some(apply(&Node::new(Value::Null), section, cx)),
        _ => None,
    }
}

/// A section of which the file says that it is null: every field has its type's zero value, whatever its default is.
fn zeroed(section: &'static Section, pos: Pos, cx: &mut Cx) -> Node {
    let fields = section.all_fields().filter(|field| field.default.is_some());
    let entry = |field: &Field| Entry {
        key: field.name.to_owned(),
        pos,
        node: Node { pos, value: zero(field.kind) },
    };
    let mut node = Node { pos, value: Value::Map(fields.map(entry).collect()) };
    (section.check)(&mut node, cx);
    node
}

fn is_collection(kind: Kind) -> bool {
    use Kind::{List, Map, Named, Names, Section, Sections};
    matches!(kind, List(_) | Names | Map(_) | Section(_) | Sections(_) | Named(_))
}

fn zero(kind: Kind) -> Value {
    match kind {
        Kind::Bool => Value::Bool(false),
        Kind::Int | Kind::Uint => Value::Int(0),
        Kind::Float => Value::Float(0.0),
        Kind::Duration => Value::Duration(0),
        Kind::Size => Value::Size(0),
        Kind::Secret => Value::Secret(String::new()),
        Kind::Str
        | Kind::Path
        | Kind::Url
        | Kind::OptionalUrl
        | Kind::HttpUrl
        | Kind::Regex
        | Kind::Enum(_)
        | Kind::OptionalEnum(_)
        | Kind::AnyCase(_) => Value::Str(String::new()),
        _ => Value::Null,
    }
}

/// The value as YAML sees it without a type that is wanted.
fn untyped(raw: &Node, cx: &mut Cx) -> Option<Value> {
    Some(match &raw.value {
        Value::List(_) => list(Kind::Any, raw, cx)?,
        Value::Map(_) => map(Kind::Any, raw, cx)?,
        Value::Text { text, quoted: true } => Value::Str(text.clone()),
        Value::Text { text, quoted: false } => read_bool(text)
            .map(Value::Bool)
            .or_else(|| read_int(text).map(Value::Int))
            .or_else(|| read_float(text).map(Value::Float))
            .unwrap_or_else(|| Value::Str(text.clone())),
        other => other.clone(),
    })
}

fn typed(kind: Kind, raw: &Node, pos: Pos, cx: &mut Cx) -> Option<Node> {
    let value = match kind {
        Kind::Section(section) => return Some(apply(raw, section, cx)),
        Kind::List(item) => list(*item, raw, cx)?,
        Kind::Sections(section) => list(Kind::Section(section), raw, cx)?,
        Kind::Names => list(Kind::Str, raw, cx)?,
        Kind::Map(item) => map(*item, raw, cx)?,
        Kind::Named(section) => map(Kind::Section(section), raw, cx)?,
        Kind::Any if raw.value != Value::Binary => untyped(raw, cx)?,
        scalar => {
            let Value::Text { text, quoted } = &raw.value else {
                if raw.value != Value::Binary {
                    cx.problem(pos, format!("{}: expected {}", raw.describe(), expected(scalar)));
                }
                return None;
            };
            match read_scalar(scalar, text, *quoted) {
                Ok(Value::Str(path)) if matches!(scalar, Kind::Path) => Value::Str(cx.resolve(&path)),
                Ok(value) => value,
                Err(message) => {
                    cx.problem(pos, message);
                    return None;
                }
            }
        }
    };
    Some(Node { pos, value })
}

fn list(item: Kind, raw: &Node, cx: &mut Cx) -> Option<Value> {
    let Value::List(items) = &raw.value else {
        cx.problem(raw.pos, format!("{}: expected a list, each item {}", raw.describe(), expected(item)));
        return None;
    };
    let mut typed_items = Vec::with_capacity(items.len());
    for (index, raw) in items.iter().enumerate() {
        cx.enter(format!("[{index}]"));
        if raw.value == Value::Null && matches!(item, Kind::Section(_)) {
            cx.problem(raw.pos, format!("is empty: expected {}", expected(item)));
        } else if raw.value == Value::Null {
            typed_items.push(Node { pos: raw.pos, value: zero(item) });
        } else {
            typed_items.extend(typed(item, raw, raw.pos, cx));
        }
        cx.leave();
    }
    Some(Value::List(typed_items))
}

fn map(item: Kind, raw: &Node, cx: &mut Cx) -> Option<Value> {
    let Value::Map(entries) = &raw.value else {
        cx.problem(
            raw.pos,
            format!("{}: expected a mapping from names to {}", raw.describe(), expected(item)),
        );
        return None;
    };
    let mut typed_entries = Vec::with_capacity(entries.len());
    for entry in entries {
        cx.enter(entry.key.clone());
        let node = if entry.node.value == Value::Null {
            Some(Node { pos: entry.pos, value: zero(item) })
        } else {
            typed(item, &entry.node, entry.node.pos, cx)
        };
        if let Some(node) = node {
            typed_entries.push(Entry { key: entry.key.clone(), pos: entry.pos, node });
        }
        cx.leave();
    }
    // Go prints maps sorted.
    typed_entries.sort_by(|a, b| a.key.cmp(&b.key));
    Some(Value::Map(typed_entries))
}

/// What a field of this kind takes, for messages.
fn expected(kind: Kind) -> String {
    match kind {
        Kind::Bool => "true or false".to_owned(),
        Kind::Int => "a whole number".to_owned(),
        Kind::Uint => "a whole number from 0".to_owned(),
        Kind::Float => "a number".to_owned(),
        Kind::Duration => "a duration such as 15s or 1h30m".to_owned(),
        Kind::Size => "a size such as 512MB".to_owned(),
        Kind::Str | Kind::Secret => "a string".to_owned(),
        Kind::Any => "a value".to_owned(),
        Kind::Path => "a file path".to_owned(),
        Kind::Names => "a list of label names".to_owned(),
        Kind::Url | Kind::OptionalUrl => "a URL".to_owned(),
        Kind::HttpUrl => "a URL that begins with http:// or https://".to_owned(),
        Kind::Regex => "a regular expression".to_owned(),
        Kind::Enum(values) | Kind::OptionalEnum(values) | Kind::AnyCase(values) => {
            format!("one of {}", values.join(", "))
        }
        Kind::List(item) => format!("a list, each item {}", expected(*item)),
        Kind::Sections(section) => format!("a list of {}s", section.name),
        Kind::Map(item) => format!("a mapping from names to {}", expected(*item)),
        Kind::Named(section) => format!("a mapping from names to {}s", section.name),
        Kind::Section(section) => format!("{} {}", article(section.name), section.name),
    }
}

/// Reads a scalar as the kind wants it; the error says what was expected.
pub(crate) fn read_scalar(kind: Kind, text: &str, quoted: bool) -> Result<Value, String> {
    let wrong = || format!("\"{text}\": expected {}", expected(kind));
    Ok(match kind {
        Kind::Bool if quoted => return Err(wrong()),
        Kind::Bool => Value::Bool(read_bool(text).ok_or_else(wrong)?),
        // In quotes it is a string, and those are no numbers.
        Kind::Int | Kind::Uint | Kind::Float if quoted => return Err(wrong()),
        Kind::Int | Kind::Uint => {
            let number = read_int(text).or_else(|| read_whole(text)).ok_or_else(wrong)?;
            if matches!(kind, Kind::Uint) && number < 0 {
                return Err(wrong());
            }
            Value::Int(number)
        }
        Kind::Float => Value::Float(read_float(text).ok_or_else(wrong)?),
        Kind::Duration => Value::Duration(duration::parse_ms(text).map_err(|error| error.to_string())?),
        Kind::Size => Value::Size(read_size(text).ok_or_else(wrong)?),
        Kind::Secret => Value::Secret(text.to_owned()),
        Kind::Str | Kind::Path => Value::Str(text.to_owned()),
        Kind::OptionalUrl if text.is_empty() => Value::Str(String::new()),
        Kind::Url | Kind::OptionalUrl | Kind::HttpUrl => {
            check_url(text, matches!(kind, Kind::HttpUrl))?;
            Value::Str(text.to_owned())
        }
        Kind::Regex => {
            Regex::new(text).map_err(|error| format!("\"{text}\" is not a regular expression: {error}"))?;
            Value::Str(text.to_owned())
        }
        Kind::Enum(values) => {
            if !values.contains(&text) {
                return Err(wrong());
            }
            Value::Str(text.to_owned())
        }
        Kind::OptionalEnum(values) => {
            if !text.is_empty() && !values.contains(&text) {
                return Err(wrong());
            }
            Value::Str(text.to_owned())
        }
        Kind::AnyCase(values) => {
            let known = values.iter().find(|value| value.eq_ignore_ascii_case(text));
            Value::Str((*known.ok_or_else(wrong)?).to_owned())
        }
        _ => return Err(wrong()),
    })
}

fn check_url(text: &str, http_only: bool) -> Result<(), String> {
    let url = url::Url::parse(text).map_err(|error| format!("\"{text}\" is not a URL: {error}"))?;
    if http_only && !matches!(url.scheme(), "http" | "https") {
        return Err(format!("\"{text}\" has the scheme \"{}\": expected http or https", url.scheme()));
    }
    if http_only && url.host_str().is_none_or(str::is_empty) {
        return Err(format!("\"{text}\" names no host: expected for example http://host:port/path"));
    }
    Ok(())
}

fn read_bool(text: &str) -> Option<bool> {
    match text {
        "true" | "True" | "TRUE" | "yes" | "Yes" | "YES" | "on" | "On" | "ON" | "y" | "Y" => Some(true),
        "false" | "False" | "FALSE" | "no" | "No" | "NO" | "off" | "Off" | "OFF" | "n" | "N" => Some(false),
        _ => None,
    }
}

fn read_int(text: &str) -> Option<i64> {
    let plain = text.replace('_', "");
    let (sign, digits) = match plain.strip_prefix('-') {
        Some(digits) => (-1, digits),
        None => (1, plain.strip_prefix('+').unwrap_or(&plain)),
    };
    let parsed = match digits.get(..2) {
        Some("0x") => i64::from_str_radix(&digits[2..], 16),
        Some("0b") => i64::from_str_radix(&digits[2..], 2),
        Some("0o") => i64::from_str_radix(&digits[2..], 8),
        _ => digits.parse(),
    };
    parsed.ok().filter(|_| !digits.starts_with(['-', '+'])).map(|number| sign * number)
}

/// A number with a fraction or an exponent where a whole one is wanted: YAML readers cut it off.
fn read_whole(text: &str) -> Option<i64> {
    let number = read_float(text)?;
    (number.abs() < 9e18).then_some(number as i64)
}

/// A number as YAML writes it: `.inf` and `.nan` have a dot, and words are none.
fn read_float(text: &str) -> Option<f64> {
    let (sign, rest) = match text.strip_prefix('-') {
        Some(rest) => (-1.0, rest),
        None => (1.0, text.strip_prefix('+').unwrap_or(text)),
    };
    match rest {
        ".inf" | ".Inf" | ".INF" => return Some(sign * f64::INFINITY),
        ".nan" | ".NaN" | ".NAN" => return Some(f64::NAN),
        _ => {}
    }
    let plain = rest.replace('_', "");
    let number =
        plain.parse::<f64>().ok().filter(|_| plain.starts_with(|c: char| c.is_ascii_digit() || c == '.'))?;
    Some(sign * number)
}

const SIZE_UNITS: [(&str, u32); 14] = [
    ("EiB", 60),
    ("PiB", 50),
    ("TiB", 40),
    ("GiB", 30),
    ("MiB", 20),
    ("KiB", 10),
    ("EB", 60),
    ("PB", 50),
    ("TB", 40),
    ("GB", 30),
    ("MB", 20),
    ("KB", 10),
    ("B", 0),
    ("", 0),
];

/// Reads `512MB`; a kilobyte has 1024 bytes. `0` needs no unit, other numbers do.
pub(crate) fn read_size(text: &str) -> Option<u64> {
    let (suffix, shift) = SIZE_UNITS.iter().find(|(suffix, _)| text.ends_with(suffix))?;
    let number = text.strip_suffix(suffix)?;
    if suffix.is_empty() && number != "0" {
        return None;
    }
    let unit = 1_u64 << shift;
    if let Ok(whole) = number.parse::<u64>() {
        return whole.checked_mul(unit).filter(|_| !number.starts_with('+'));
    }
    let number: f64 = number.parse().ok()?;
    let bytes = number * unit as f64;
    (number.is_finite() && (0.0..1.8e19).contains(&bytes)).then_some(bytes as u64)
}

/// Writes a size as Prometheus does: the largest unit that divides it.
pub(crate) fn format_size(bytes: u64) -> String {
    let units = [("EB", 60), ("PB", 50), ("TB", 40), ("GB", 30), ("MB", 20), ("KB", 10)];
    for (suffix, shift) in units {
        if bytes > 0 && bytes.is_multiple_of(1 << shift) {
            return format!("{}{suffix}", bytes >> shift);
        }
    }
    format!("{bytes}B")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes() {
        for (text, bytes) in [
            ("15MB", 15 << 20),
            ("1GB", 1 << 30),
            ("1.5KB", 1536),
            ("0", 0),
            ("100B", 100),
            ("2GiB", 2 << 30),
        ] {
            assert_eq!(read_size(text), Some(bytes), "{text}");
        }
        for text in ["-1GB", "1", "MB", "x", "1XB", "99999999EB"] {
            assert_eq!(read_size(text), None, "{text}");
        }
        assert_eq!(format_size(15 << 20), "15MB");
        assert_eq!(format_size(1536), "1536B");
        assert_eq!(format_size(0), "0B");
    }

    #[test]
    fn scalars() {
        assert_eq!(read_scalar(Kind::Bool, "yes", false), Ok(Value::Bool(true)));
        assert!(read_scalar(Kind::Bool, "true", true).is_err(), "a quoted word is a string");
        assert_eq!(read_scalar(Kind::Int, "-1_000", false), Ok(Value::Int(-1000)));
        assert!(read_scalar(Kind::Uint, "-1", false).is_err());
        assert!(read_scalar(Kind::Uint, "1", true).is_err(), "a quoted number is a string");
        assert_eq!(read_scalar(Kind::Uint, "1e3", false), Ok(Value::Int(1000)));
        assert_eq!(read_scalar(Kind::Float, "-.inf", false), Ok(Value::Float(f64::NEG_INFINITY)));
        for text in ["inf", "nan", "infinity", "--1", "x", ""] {
            assert!(read_scalar(Kind::Float, text, false).is_err(), "{text}");
        }
        assert_eq!(read_scalar(Kind::AnyCase(&["SRV", "A"]), "a", false), Ok(Value::Str("A".to_owned())));
        assert!(read_scalar(Kind::OptionalEnum(&["a"]), "", false).is_ok());
        assert!(read_scalar(Kind::HttpUrl, "ftp://x", false).unwrap_err().contains("expected http or https"));
        assert!(read_scalar(Kind::Enum(&["a", "b"]), "c", false).unwrap_err().contains("one of a, b"));
        assert_eq!(distance("consult_sd_configs", "consul_sd_configs"), 1);
    }
}
