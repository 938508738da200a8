//! Go's regular expressions as those of `regex-syntax`; the two look alike and differ in many small things.
//!
//! * `\d \s \w \b` and their negations are ASCII.
//! * `\Q…\E` quotes; `{` is literal where no count follows; `\1` is an error, `\012` is octal.
//! * Brackets nest in `regex-syntax`' classes and have operators: `class` writes classes out character by character.
//! * A repetition cannot be repeated, and counts end at 1000.

use super::class;

/// The largest count of a repetition.
const MAX_REPEAT: u32 = 1000;

/// `pattern` in the syntax of `regex-syntax`, or what Go's parser says about it.
pub(super) fn translate(pattern: &str) -> Result<String, String> {
    let mut translator =
        Translator { pattern, pos: 0, out: String::with_capacity(pattern.len() + 16), open: 0 };
    translator.run()?;
    Ok(translator.out)
}

/// What stands directly before, for repetitions.
#[derive(Clone, Copy, PartialEq)]
enum Before {
    /// Nothing that can be repeated.
    Nothing,
    /// Something that can.
    Operand,
    /// A repetition that started at this byte.
    Repetition(usize),
}

struct Translator<'a> {
    pattern: &'a str,
    pos: usize,
    out: String,
    open: usize,
}

impl<'a> Translator<'a> {
    fn rest(&self) -> &'a str {
        self.pattern.get(self.pos..).unwrap_or_default()
    }

    fn since(&self, start: usize) -> &'a str {
        self.pattern.get(start..self.pos).unwrap_or_default()
    }

    fn run(&mut self) -> Result<(), String> {
        let mut before = Before::Nothing;
        while let Some(c) = self.rest().chars().next() {
            before = match c {
                '(' => {
                    self.open()?;
                    Before::Nothing
                }
                ')' => {
                    self.pos += 1;
                    self.open = self
                        .open
                        .checked_sub(1)
                        .ok_or_else(|| format!("unexpected ): `{}`", self.pattern))?;
                    self.out.push(')');
                    Before::Operand
                }
                '|' => {
                    self.pos += 1;
                    self.out.push('|');
                    Before::Nothing
                }
                '*' | '+' | '?' => self.repetition(before, None)?,
                '{' => match self.counts() {
                    Some(length) => self.repetition(before, Some(length))?,
                    None => self.literal(c),
                },
                '[' => {
                    let (class, length) = class::bracketed(self.rest())?;
                    self.out.push_str(&class);
                    self.pos += length;
                    Before::Operand
                }
                '\\' => self.escape()?,
                '.' | '^' | '$' => {
                    self.pos += 1;
                    self.out.push(c);
                    Before::Operand
                }
                c => self.literal(c),
            };
        }
        if self.open > 0 {
            return Err(format!("missing closing ): `{}`", self.pattern));
        }
        Ok(())
    }

    fn literal(&mut self, c: char) -> Before {
        self.pos += c.len_utf8();
        push_literal(&mut self.out, c);
        Before::Operand
    }

    /// A group, or flags.
    fn open(&mut self) -> Result<(), String> {
        let start = self.pos;
        let Some(extension) = self.rest().strip_prefix("(?") else {
            self.pos += 1;
            self.open += 1;
            self.out.push('(');
            return Ok(());
        };
        if let Some(named) = extension.strip_prefix("P<").or(extension.strip_prefix('<')) {
            let invalid = |text: &str| Err(format!("invalid named capture: `{text}`"));
            let Some((name, _)) = named.split_once('>') else { return invalid(self.rest()) };
            let end = self.rest().len() - named.len() + name.len() + 1;
            self.pos += end;
            let valid = name.chars().all(|c| c == '_' || c.is_ascii_alphanumeric());
            if name.is_empty() || !valid {
                return invalid(self.since(start));
            }
            self.open += 1;
            // Names may start with a digit here and not there.
            let prefix = if name.starts_with(|c: char| c.is_ascii_digit()) { "_" } else { "" };
            self.out.push_str("(?P<");
            self.out.push_str(prefix);
            self.out.push_str(name);
            self.out.push('>');
            return Ok(());
        }
        self.pos += 2;
        let mut negated = false;
        let mut any = false;
        loop {
            let Some(c) = self.rest().chars().next() else {
                return Err(format!("missing argument to repetition operator: `{}`", "?"));
            };
            self.pos += c.len_utf8();
            match c {
                'i' | 'm' | 's' | 'U' => any = true,
                '-' if !negated => {
                    negated = true;
                    any = false;
                }
                ':' | ')' if any || !negated => {
                    if c == ':' {
                        self.open += 1;
                    }
                    let flags = self.since(start);
                    // No flags at all is an empty group there.
                    self.out.push_str(if flags == "(?)" { "(?:)" } else { flags });
                    return Ok(());
                }
                _ => return Err(format!("invalid or unsupported Perl syntax: `{}`", self.since(start))),
            }
        }
    }

    /// The length of `{n}`, `{n,}` or `{n,m}` at this place; anything else in braces is literal.
    fn counts(&self) -> Option<usize> {
        let (inner, _) = self.rest().strip_prefix('{')?.split_once('}')?;
        let (min, max) = inner.split_once(',').unwrap_or((inner, "0"));
        let number = |text: &str| {
            let leading_zero = text.len() > 1 && text.starts_with('0');
            !text.is_empty() && !leading_zero && text.bytes().all(|byte| byte.is_ascii_digit())
        };
        (number(min) && (max.is_empty() || number(max))).then_some(inner.len() + 2)
    }

    fn repetition(&mut self, before: Before, counts: Option<usize>) -> Result<Before, String> {
        let start = self.pos;
        self.pos += counts.unwrap_or(1);
        if counts.is_some() && !self.counts_fit(start) {
            return Err(format!("invalid repeat count: `{}`", self.since(start)));
        }
        if self.rest().starts_with('?') {
            self.pos += 1;
        }
        match before {
            Before::Nothing => {
                Err(format!("missing argument to repetition operator: `{}`", self.since(start)))
            }
            Before::Repetition(first) => {
                Err(format!("invalid nested repetition operator: `{}`", self.since(first)))
            }
            Before::Operand => {
                let text = self.since(start);
                self.out.push_str(text);
                Ok(Before::Repetition(start))
            }
        }
    }

    fn counts_fit(&self, start: usize) -> bool {
        let inner = self.since(start).trim_matches(['{', '}']);
        let (min, max) = inner.split_once(',').unwrap_or((inner, inner));
        let number = |text: &str| text.parse::<u32>().ok().filter(|count| *count <= MAX_REPEAT);
        match (number(min), number(max)) {
            (Some(min), Some(max)) => min <= max,
            (Some(_), None) => max.is_empty(),
            (None, _) => false,
        }
    }

    fn escape(&mut self) -> Result<Before, String> {
        let mut chars = self.rest().chars();
        chars.next();
        let Some(c) = chars.next() else {
            return Err("trailing backslash at end of expression: ``".to_owned());
        };
        let simple = match c {
            'A' => r"\A",
            'z' => r"\z",
            'b' => r"(?-u:\b)",
            'B' => r"(?-u:\B)",
            'd' => "[0-9]",
            'D' => "[^0-9]",
            's' => r"[\t\n\x0C\r ]",
            'S' => r"[^\t\n\x0C\r ]",
            'w' => "(?-i:[0-9A-Za-z_])",
            'W' => "(?-i:[^0-9A-Za-z_])",
            'Q' => {
                self.quoted();
                return Ok(Before::Operand);
            }
            'p' | 'P' => {
                let (property, length) = class::property(self.rest())?;
                self.out.push_str(&property);
                self.pos += length;
                return Ok(Before::Operand);
            }
            _ => {
                let (c, length) = class::escaped(self.rest())?;
                self.pos += length;
                push_literal(&mut self.out, c);
                return Ok(Before::Operand);
            }
        };
        self.pos += 2;
        self.out.push_str(simple);
        Ok(Before::Operand)
    }

    /// `\Q…\E`, or to the end.
    fn quoted(&mut self) {
        let inner = self.rest().get(2..).unwrap_or_default();
        let (text, length) = match inner.split_once(r"\E") {
            Some((text, _)) => (text, text.len() + 4),
            None => (inner, inner.len() + 2),
        };
        text.chars().for_each(|c| push_literal(&mut self.out, c));
        self.pos += length;
    }
}

fn push_literal(out: &mut String, c: char) {
    if regex_syntax::is_meta_character(c) {
        out.push('\\');
    }
    out.push(c);
}
