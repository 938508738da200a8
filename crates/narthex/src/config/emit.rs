//! Prints the effective configuration as YAML, in the form that Prometheus' `/api/v1/status/config` has: two spaces,
//! lists at the level of their key, secrets as `<secret>`, fields without a value left out.

use super::apply::format_size;
use super::node::{Node, Value};
use super::schema::{Field, INHERITED_SWITCHES, Kind, Section};

/// The YAML of a node that was made along `section`.
pub(crate) fn emit(node: &Node, section: &'static Section) -> String {
    let mut out = String::new();
    write_section(&mut out, node, section, 0);
    if out.is_empty() {
        out.push_str("{}\n");
    }
    out
}

fn pad(out: &mut String, indent: usize) {
    out.extend(std::iter::repeat_n(' ', indent));
}

/// Whether a field is left out: it has no value, and no default that could be hidden by leaving it out.
fn omitted(field: &Field, node: &Node) -> bool {
    match field.kind {
        Kind::Section(section) => {
            matches!(node.value, Value::Null) || (section.implied && prints_nothing(node, section))
        }
        _ if field.default.is_some() => false,
        // Prometheus holds these as pointers: a set false is printed.
        Kind::Bool if INHERITED_SWITCHES.contains(&field.name) => false,
        _ => node.is_empty(),
    }
}

fn prints_nothing(node: &Node, section: &'static Section) -> bool {
    section.all_fields().all(|field| node.get(field.name).is_none_or(|value| omitted(field, value)))
}

fn write_section(out: &mut String, node: &Node, section: &'static Section, indent: usize) {
    for entry in node.entries() {
        let Some(field) = section.all_fields().find(|field| field.name == entry.key) else { continue };
        if !omitted(field, &entry.node) {
            pad(out, indent);
            write_entry(out, &entry.key, &entry.node, field.kind, indent);
        }
    }
}

fn write_entry(out: &mut String, key: &str, node: &Node, kind: Kind, indent: usize) {
    out.push_str(&quote(key));
    out.push(':');
    write_value(out, node, kind, indent);
}

/// Writes what follows a colon: ` scalar`, or a nested block on the next lines.
fn write_value(out: &mut String, node: &Node, kind: Kind, indent: usize) {
    match kind {
        Kind::Section(section) => {
            if prints_nothing(node, section) {
                out.push_str(" {}\n");
            } else {
                out.push('\n');
                write_section(out, node, section, indent + 2);
            }
        }
        Kind::Any => match node.value {
            Value::List(_) => write_value(out, node, Kind::List(&Kind::Any), indent),
            Value::Map(_) => write_value(out, node, Kind::Map(&Kind::Any), indent),
            _ => write_scalar(out, node, indent),
        },
        Kind::Map(_) | Kind::Named(_) => {
            let item = item_kind(kind);
            if node.entries().is_empty() {
                out.push_str(" {}\n");
            } else {
                out.push('\n');
                for entry in node.entries() {
                    pad(out, indent + 2);
                    write_entry(out, &entry.key, &entry.node, item, indent + 2);
                }
            }
        }
        Kind::Names => {
            let names: Vec<_> = node.items().iter().map(|name| quote(name.as_str())).collect();
            out.push_str(&format!(" [{}]\n", names.join(", ")));
        }
        Kind::List(_) | Kind::Sections(_) => {
            let item = item_kind(kind);
            if node.items().is_empty() {
                out.push_str(" []\n");
            } else {
                out.push('\n');
                for node in node.items() {
                    pad(out, indent);
                    out.push('-');
                    write_item(out, node, item, indent);
                }
            }
        }
        _ => write_scalar(out, node, indent),
    }
}

/// What a list or mapping holds.
fn item_kind(kind: Kind) -> Kind {
    match kind {
        Kind::List(item) | Kind::Map(item) => *item,
        Kind::Sections(section) | Kind::Named(section) => Kind::Section(section),
        other => other,
    }
}

fn write_item(out: &mut String, node: &Node, kind: Kind, indent: usize) {
    let mut block = String::new();
    match (kind, &node.value) {
        (Kind::Section(section), _) => write_section(&mut block, node, section, indent + 2),
        (Kind::Any, Value::Map(entries)) => {
            for entry in entries {
                pad(&mut block, indent + 2);
                write_entry(&mut block, &entry.key, &entry.node, Kind::Any, indent + 2);
            }
        }
        _ => return write_value(out, node, kind, indent),
    }
    if block.is_empty() {
        out.push_str(" {}\n");
    } else {
        // The first field shares the line of the dash.
        out.push(' ');
        out.push_str(&block[indent + 2..]);
    }
}

fn write_scalar(out: &mut String, node: &Node, indent: usize) {
    out.push(' ');
    match &node.value {
        Value::Bool(yes) => out.push_str(if *yes { "true" } else { "false" }),
        Value::Int(number) => out.push_str(&number.to_string()),
        Value::Float(number) => out.push_str(&number.to_string()),
        Value::Duration(ms) => out.push_str(&narthex_model::duration::format_ms(*ms)),
        Value::Size(bytes) => out.push_str(&format_size(*bytes)),
        Value::Secret(_) => out.push_str("<secret>"),
        Value::Str(text) if text.contains('\n') => write_block(out, text, indent + 2),
        Value::Str(text) => out.push_str(&quote(text)),
        _ => out.push_str("null"),
    }
    out.push('\n');
}

fn write_block(out: &mut String, text: &str, indent: usize) {
    if text.starts_with([' ', '\n']) || text.contains(|c: char| c.is_control() && c != '\n') {
        out.push_str(&double_quoted(text));
        return;
    }
    let body = text.strip_suffix('\n');
    out.push_str(match body {
        None => "|-",
        Some(body) if body.ends_with('\n') => "|+",
        Some(_) => "|",
    });
    for line in body.unwrap_or(text).split('\n') {
        out.push('\n');
        if !line.is_empty() {
            pad(out, indent);
            out.push_str(line);
        }
    }
}

/// A scalar with the quotes it needs to come back as the same string.
fn quote(text: &str) -> String {
    if text.is_empty() || looks_like_another_type(text) {
        return format!("\"{text}\"");
    }
    if text.contains(|c: char| c.is_control()) {
        return double_quoted(text);
    }
    let first_is_special = text.starts_with([
        '-', '?', ':', ',', '[', ']', '{', '}', '#', '&', '*', '!', '|', '>', '\'', '"', '%', '@', '`', ' ',
    ]);
    let dash_is_fine = text.starts_with(['-', '?', ':']) && text.chars().nth(1).is_some_and(|c| c != ' ');
    let needs = (first_is_special && !dash_is_fine)
        || text.ends_with([' ', ':'])
        || text.contains(": ")
        || text.contains(" #")
        || text.starts_with("---");
    if needs { format!("'{}'", text.replace('\'', "''")) } else { text.to_owned() }
}

fn looks_like_another_type(text: &str) -> bool {
    const WORDS: &[&str] = &[
        "~", "null", "true", "false", "yes", "no", "on", "off", "y", "n", ".nan", ".inf", "-.inf", "+.inf",
        "<<", "=",
    ];
    if WORDS.contains(&text.to_ascii_lowercase().as_str()) {
        return true;
    }
    let plain = text.replace('_', "");
    let starts_numeric = plain.trim_start_matches(['-', '+', '.']).starts_with(|c: char| c.is_ascii_digit());
    let radix = ["0x", "0b", "0o"]
        .iter()
        .any(|prefix| plain.strip_prefix(prefix).is_some_and(|rest| u64::from_str_radix(rest, 16).is_ok()));
    // YAML 1.1 reads 1:30 as a number of seconds.
    let sexagesimal = plain.contains(':')
        && plain.split(':').all(|part| part.parse::<u32>().is_ok_and(|n| n < 60 || plain.starts_with(part)));
    let date = text.len() == 10
        && text
            .bytes()
            .enumerate()
            .all(|(i, b)| if i == 4 || i == 7 { b == b'-' } else { b.is_ascii_digit() });
    starts_numeric && (plain.parse::<f64>().is_ok() || radix || sexagesimal || date)
}

fn double_quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            '\r' => out.push_str("\\r"),
            c if c.is_control() => out.push_str(&format!("\\x{:02x}", c as u32)),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strings_keep_their_type() {
        for (text, yaml) in [
            ("abc", "abc"),
            ("", "\"\""),
            ("true", "\"true\""),
            ("123", "\"123\""),
            ("0.5e3", "\"0.5e3\""),
            ("localhost:9090", "localhost:9090"),
            ("a: b", "'a: b'"),
            ("*.yml", "'*.yml'"),
            ("it's", "it's"),
            ("(.*)some-[regex]", "(.*)some-[regex]"),
            ("tab\there", "\"tab\\there\""),
        ] {
            assert_eq!(quote(text), yaml);
        }
    }
}
