//! String literals as Go writes them.

use std::fmt::Write;

/// `text` as a double-quoted literal that the parser reads back.
pub fn quote(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    text.chars().for_each(|c| push_char(&mut out, c));
    out.push('"');
    out
}

/// Bytes that need not be UTF-8 as a double-quoted literal.
pub(super) fn quote_bytes(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(bytes.len() + 2);
    out.push('"');
    for chunk in bytes.utf8_chunks() {
        chunk.valid().chars().for_each(|c| push_char(&mut out, c));
        for byte in chunk.invalid() {
            push_formatted(&mut out, format_args!("\\x{byte:02x}"));
        }
    }
    out.push('"');
    out
}

fn push_char(out: &mut String, c: char) {
    let simple = match c {
        '\\' => Some('\\'),
        '"' => Some('"'),
        '\x07' => Some('a'),
        '\x08' => Some('b'),
        '\x0c' => Some('f'),
        '\n' => Some('n'),
        '\r' => Some('r'),
        '\t' => Some('t'),
        '\x0b' => Some('v'),
        _ => None,
    };
    if let Some(letter) = simple {
        out.push('\\');
        out.push(letter);
    } else if is_printable(c) {
        out.push(c);
    } else {
        let code = u32::from(c);
        match code {
            0..0x80 => push_formatted(out, format_args!("\\x{code:02x}")),
            0x80..0x1_0000 => push_formatted(out, format_args!("\\u{code:04x}")),
            _ => push_formatted(out, format_args!("\\U{code:08x}")),
        }
    }
}

fn push_formatted(out: &mut String, text: std::fmt::Arguments<'_>) {
    // Writing to a string cannot fail.
    let _ = out.write_fmt(text);
}

/// Letters, marks, numbers, punctuation, symbols and the space; not controls, other blanks and invisible formatting.
fn is_printable(c: char) -> bool {
    match c {
        ' ' => true,
        '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' => false,
        '\u{feff}' | '\u{e000}'..='\u{f8ff}' | '\u{fff0}'..='\u{fffb}' | '\u{e0000}'.. => false,
        c => !c.is_control() && !c.is_whitespace(),
    }
}
