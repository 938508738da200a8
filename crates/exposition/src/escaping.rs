//! Escaping schemes: how UTF-8 names travel to peers that only know `[a-zA-Z_:][a-zA-Z0-9_:]*`, and back.
//!
//! Called by the encoders, by negotiation, and by whoever shows names that arrived escaped.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use narthex_model::names::{is_legacy_label_name, is_legacy_metric_name};

/// How names that are not classic ones are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum EscapingScheme {
    /// As they are, in quotes.
    AllowUtf8,
    /// Every character that is not allowed becomes `_`. Cannot be reversed.
    Underscores,
    /// `.` becomes `_dot_`, `_` becomes `__`, any other character that is not allowed becomes `__`.
    Dots,
    /// `U__` in front, `_` becomes `__`, any other character that is not allowed its code point as `_2603_`.
    Values,
}

impl EscapingScheme {
    /// All schemes.
    pub const ALL: [Self; 4] = [Self::AllowUtf8, Self::Underscores, Self::Dots, Self::Values];

    /// The name behind `escaping=` and in configuration.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::AllowUtf8 => "allow-utf-8",
            Self::Underscores => "underscores",
            Self::Dots => "dots",
            Self::Values => "values",
        }
    }
}

impl fmt::Display for EscapingScheme {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A name that is no escaping scheme.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnknownEscapingScheme(String);

impl std::error::Error for UnknownEscapingScheme {}

impl fmt::Display for UnknownEscapingScheme {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "unknown escaping scheme {:?}, expected allow-utf-8, underscores, dots or values", self.0)
    }
}

impl FromStr for EscapingScheme {
    type Err = UnknownEscapingScheme;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|scheme| scheme.as_str() == name)
            .ok_or_else(|| UnknownEscapingScheme(name.to_owned()))
    }
}

/// `name`, a metric name, as `scheme` writes it.
pub fn escape_name(name: &str, scheme: EscapingScheme) -> Cow<'_, str> {
    escape(name, scheme, is_legacy_metric_name(name), true)
}

/// `name`, a label name, as `scheme` writes it. Differs from [`escape_name`] in that `:` is not allowed in a label name.
pub fn escape_label_name(name: &str, scheme: EscapingScheme) -> Cow<'_, str> {
    escape(name, scheme, is_legacy_label_name(name), false)
}

fn escape(name: &str, scheme: EscapingScheme, is_legacy: bool, colon: bool) -> Cow<'_, str> {
    let unchanged = match scheme {
        EscapingScheme::AllowUtf8 => true,
        EscapingScheme::Underscores | EscapingScheme::Values => is_legacy,
        EscapingScheme::Dots => is_legacy && !name.contains('_'),
    };
    if unchanged || name.is_empty() {
        return Cow::Borrowed(name);
    }
    let mut out = String::with_capacity(name.len() + 16);
    if scheme == EscapingScheme::Values {
        out.push_str("U__");
    }
    for (index, c) in name.char_indices() {
        let allowed =
            c.is_ascii_alphabetic() || c == '_' || (c == ':' && colon) || (c.is_ascii_digit() && index > 0);
        match scheme {
            EscapingScheme::Dots | EscapingScheme::Values if c == '_' => out.push_str("__"),
            _ if allowed => out.push(c),
            EscapingScheme::Dots if c == '.' => out.push_str("_dot_"),
            EscapingScheme::Dots => out.push_str("__"),
            EscapingScheme::Values => {
                out.push('_');
                out.push_str(&format!("{:x}", u32::from(c)));
                out.push('_');
            }
            EscapingScheme::Underscores | EscapingScheme::AllowUtf8 => out.push('_'),
        }
    }
    Cow::Owned(out)
}

/// The name that was escaped to `name` by `scheme`, as far as it can be told: underscores lose what they replaced, and a
/// name that is no valid escape is returned as it is.
pub fn unescape_name(name: &str, scheme: EscapingScheme) -> Cow<'_, str> {
    match scheme {
        EscapingScheme::AllowUtf8 | EscapingScheme::Underscores => Cow::Borrowed(name),
        EscapingScheme::Dots if name.contains("__") || name.contains("_dot_") => {
            Cow::Owned(name.replace("_dot_", ".").replace("__", "_"))
        }
        EscapingScheme::Dots => Cow::Borrowed(name),
        EscapingScheme::Values => match name.strip_prefix("U__").and_then(unescape_values) {
            Some(unescaped) => Cow::Owned(unescaped),
            None => Cow::Borrowed(name),
        },
    }
}

/// The most hexadecimal digits a code point can have.
const HEX_DIGITS_MAX: usize = 6;

fn unescape_values(escaped: &str) -> Option<String> {
    let mut out = String::with_capacity(escaped.len());
    let mut rest = escaped;
    while let Some((plain, code)) = rest.split_once('_') {
        out.push_str(plain);
        let (code, after) = code.split_once('_')?;
        match code {
            "" => out.push('_'),
            code if code.len() <= HEX_DIGITS_MAX && code.bytes().all(|b| b.is_ascii_hexdigit()) => {
                out.push(char::from_u32(u32::from_str_radix(code, 16).ok()?)?);
            }
            _ => return None,
        }
        rest = after;
    }
    out.push_str(rest);
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn as_prometheus_escapes() {
        // name, underscores, dots, values
        let cases = [
            ("", "", "", ""),
            (
                "mysystem.prod.west.cpu.load",
                "mysystem_prod_west_cpu_load",
                "mysystem_dot_prod_dot_west_dot_cpu_dot_load",
                "U__mysystem_2e_prod_2e_west_2e_cpu_2e_load",
            ),
            (
                "mysystem.prod.west.cpu.load_total",
                "mysystem_prod_west_cpu_load_total",
                "mysystem_dot_prod_dot_west_dot_cpu_dot_load__total",
                "U__mysystem_2e_prod_2e_west_2e_cpu_2e_load__total",
            ),
            ("http.status:sum", "http_status:sum", "http_dot_status:sum", "U__http_2e_status:sum"),
            ("no:escaping_required", "no:escaping_required", "no:escaping__required", "no:escaping_required"),
            ("label with 😱", "label_with__", "label__with____", "U__label_20_with_20__1f631_"),
            ("花火", "__", "____", "U___82b1__706b_"),
            ("label with Ā", "label_with__", "label__with____", "U__label_20_with_20__100_"),
            ("9lives", "_lives", "__lives", "U___39_lives"),
        ];
        for (name, underscores, dots, values) in cases {
            assert_eq!(escape_name(name, EscapingScheme::AllowUtf8), name);
            assert_eq!(escape_name(name, EscapingScheme::Underscores), underscores);
            assert_eq!(escape_name(name, EscapingScheme::Dots), dots);
            assert_eq!(escape_name(name, EscapingScheme::Values), values);
            assert_eq!(unescape_name(values, EscapingScheme::Values), name);
        }
        assert_eq!(escape_label_name("a:b", EscapingScheme::Underscores), "a_b");
        assert_eq!(escape_label_name("a:b", EscapingScheme::Values), "U__a_3a_b");
    }

    #[test]
    fn what_is_no_escape_stays() {
        for name in [
            "U__bad__utf_8_",
            "U__half_",
            "U__a_d800_b",
            "U__a_1234567_b",
            "U__a_2e",
            "U_a",
            "plain_name",
            "U__x_zz_",
        ] {
            let unescaped = unescape_name(name, EscapingScheme::Values);
            if name != "U__bad__utf_8_" {
                assert_eq!(unescaped, name);
            }
        }
        assert_eq!(unescape_name("a_dot_b__c", EscapingScheme::Dots), "a.b_c");
    }

    proptest! {
        #[test]
        fn values_can_be_reversed(name in "\\PC{0,20}") {
            let escaped = escape_name(&name, EscapingScheme::Values);
            prop_assert!(name.is_empty() || is_legacy_metric_name(&escaped));
            // A name that looks escaped already and is a classic one cannot be told from an escaped one.
            if !(name.starts_with("U__") && is_legacy_metric_name(&name)) {
                prop_assert_eq!(unescape_name(&escaped, EscapingScheme::Values), name.as_str());
            }
        }

        #[test]
        fn every_scheme_but_utf8_makes_classic_names(name in "\\PC{1,20}") {
            for scheme in [EscapingScheme::Underscores, EscapingScheme::Dots, EscapingScheme::Values] {
                let metric = escape_name(&name, scheme);
                prop_assert!(is_legacy_metric_name(&metric), "{}", metric);
                let label = escape_label_name(&name, scheme);
                prop_assert!(is_legacy_label_name(&label), "{}", label);
            }
        }
    }
}
