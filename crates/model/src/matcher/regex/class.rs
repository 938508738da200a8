//! Character classes, properties and escapes of one character: the parts of an expression that stand for characters.

use std::fmt::Write;

const INVALID_RANGE: &str = "invalid character class range";

/// The class at the start of `text`, which starts with `[`, rewritten; and its length in `text`.
pub(super) fn bracketed(text: &str) -> Result<(String, usize), String> {
    let mut out = String::from("[");
    let mut pos = 1;
    let rest = |pos: usize| text.get(pos..).unwrap_or_default();
    if rest(pos).starts_with('^') {
        out.push('^');
        pos += 1;
    }
    let mut first = true;
    while first || !rest(pos).starts_with(']') {
        first = false;
        let here = rest(pos);
        if here.is_empty() {
            return Err(format!("missing closing ]: `{text}`"));
        }
        if let Some((posix, length)) = posix_class(here)? {
            out.push_str(posix);
            pos += length;
        } else if let Some((class, length)) = perl_class(here) {
            out.push_str(class);
            pos += length;
        } else if here.starts_with(r"\p") || here.starts_with(r"\P") {
            let (class, length) = property(here)?;
            out.push_str(&class);
            pos += length;
        } else {
            let start = pos;
            let (low, length) = class_char(here, text)?;
            pos += length;
            let mut high = low;
            let after_dash = rest(pos).strip_prefix('-');
            if let Some(after) = after_dash.filter(|after| !after.is_empty() && !after.starts_with(']')) {
                let (end, length) = class_char(after, text)?;
                high = end;
                pos += 1 + length;
            }
            if high < low {
                let range = text.get(start..pos).unwrap_or_default();
                return Err(format!("{INVALID_RANGE}: `{range}`"));
            }
            push_range(&mut out, low, high);
        }
    }
    out.push(']');
    Ok((out, pos + 1))
}

fn push_range(out: &mut String, low: char, high: char) {
    // Writing to a string cannot fail.
    let _ = write!(out, r"\x{{{:X}}}", u32::from(low));
    if high != low {
        let _ = write!(out, r"-\x{{{:X}}}", u32::from(high));
    }
}

fn class_char(here: &str, class: &str) -> Result<(char, usize), String> {
    match here.chars().next() {
        None => Err(format!("missing closing ]: `{class}`")),
        Some('\\') => escaped(here),
        Some(c) => Ok((c, c.len_utf8())),
    }
}

/// `[:alpha:]` and its like; they are ASCII in both syntaxes.
fn posix_class(here: &str) -> Result<Option<(&'static str, usize)>, String> {
    const NAMES: [(&str, &str, &str); 14] = [
        ("alnum", "[:alnum:]", "[:^alnum:]"),
        ("alpha", "[:alpha:]", "[:^alpha:]"),
        ("ascii", "[:ascii:]", "[:^ascii:]"),
        ("blank", "[:blank:]", "[:^blank:]"),
        ("cntrl", "[:cntrl:]", "[:^cntrl:]"),
        ("digit", "[:digit:]", "[:^digit:]"),
        ("graph", "[:graph:]", "[:^graph:]"),
        ("lower", "[:lower:]", "[:^lower:]"),
        ("print", "[:print:]", "[:^print:]"),
        ("punct", "[:punct:]", "[:^punct:]"),
        ("space", "[:space:]", "[:^space:]"),
        ("upper", "[:upper:]", "[:^upper:]"),
        ("word", "[:word:]", "[:^word:]"),
        ("xdigit", "[:xdigit:]", "[:^xdigit:]"),
    ];
    let Some((inner, _)) = here.strip_prefix("[:").and_then(|rest| rest.split_once(":]")) else {
        return Ok(None);
    };
    let (name, negated) = inner.strip_prefix('^').map_or((inner, false), |name| (name, true));
    match NAMES.iter().find(|(known, _, _)| *known == name) {
        Some((_, plain, not)) => Ok(Some((if negated { not } else { plain }, inner.len() + 4))),
        None => Err(format!("{INVALID_RANGE}: `[:{inner}:]`")),
    }
}

fn perl_class(here: &str) -> Option<(&'static str, usize)> {
    let class = match here.strip_prefix('\\')?.chars().next()? {
        'd' => "0-9",
        'D' => "[^0-9]",
        's' => r"\t\n\x0C\r\x20",
        'S' => r"[^\t\n\x0C\r\x20]",
        'w' => "0-9A-Za-z_",
        'W' => "[^0-9A-Za-z_]",
        _ => return None,
    };
    Some((class, 2))
}

/// `\pN`, `\p{Greek}`, `\p{^Greek}`, `\PN` at the start of `text`, rewritten; and the length.
pub(super) fn property(text: &str) -> Result<(String, usize), String> {
    let mut negated = text.starts_with(r"\P");
    let rest = text.get(2..).unwrap_or_default();
    let (name, length) = match rest.strip_prefix('{') {
        Some(inner) => match inner.split_once('}') {
            Some((name, _)) => (name, name.len() + 4),
            None => return Err(format!("{INVALID_RANGE}: `{text}`")),
        },
        None => {
            let length = rest.chars().next().map_or(0, char::len_utf8);
            (rest.get(..length).unwrap_or_default(), length + 2)
        }
    };
    let written = text.get(..length).unwrap_or(text);
    let name = match name.strip_prefix('^') {
        Some(name) => {
            negated = !negated;
            name
        }
        None => name,
    };
    let valid = !name.is_empty() && name.chars().all(|c| c == '_' || c.is_ascii_alphanumeric());
    let class = format!(r"\{}{{{name}}}", if negated { 'P' } else { 'p' });
    if !valid || regex_syntax::parse(&class).is_err() {
        return Err(format!("{INVALID_RANGE}: `{written}`"));
    }
    Ok((class, length))
}

/// The character that the escape at the start of `text` stands for, and the escape's length.
pub(super) fn escaped(text: &str) -> Result<(char, usize), String> {
    let mut chars = text.char_indices();
    chars.next();
    let Some((_, c)) = chars.next() else {
        return Err("trailing backslash at end of expression: ``".to_owned());
    };
    let invalid = |length: usize| {
        let written = text.get(..length).unwrap_or(text);
        Err(format!("invalid escape sequence: `{written}`"))
    };
    let simple = match c {
        'a' => '\x07',
        'f' => '\x0c',
        't' => '\t',
        'n' => '\n',
        'r' => '\r',
        'v' => '\x0b',
        '0'..='7' => {
            let digits = text.bytes().skip(1).take(3).take_while(|byte| (b'0'..=b'7').contains(byte)).count();
            // A single digit that is not zero would be a back reference.
            if c != '0' && digits == 1 {
                return invalid(2);
            }
            let code = text.get(1..=digits).and_then(|octal| u32::from_str_radix(octal, 8).ok());
            return match code.and_then(char::from_u32) {
                Some(c) => Ok((c, digits + 1)),
                None => invalid(digits + 1),
            };
        }
        'x' => {
            let rest = text.get(2..).unwrap_or_default();
            let (digits, length) = match rest.strip_prefix('{') {
                Some(inner) => match inner.split_once('}') {
                    Some((digits, _)) => (digits, digits.len() + 4),
                    None => return invalid(text.len()),
                },
                None => match rest.get(..2) {
                    Some(digits) => (digits, 4),
                    None => return invalid(text.len()),
                },
            };
            let hex = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_hexdigit());
            let code = u32::from_str_radix(digits, 16).ok().filter(|_| hex);
            return match code.and_then(char::from_u32) {
                Some(c) => Ok((c, length)),
                None => invalid(length),
            };
        }
        c if c.is_ascii() && !c.is_ascii_alphanumeric() => c,
        c => return invalid(1 + c.len_utf8()),
    };
    Ok((simple, 2))
}
