//! Label pairs and references as they are shown in answers.

use std::fmt;

use narthex_model::names::is_legacy_label_name;

use super::request::Pair;

/// `{a="1", "b.c"="2"}`; bytes that are not text are replaced.
pub(super) struct Shown<'a>(pub(super) &'a [Pair<'a>]);

impl fmt::Display for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("{")?;
        for (index, (name, value)) in self.0.iter().enumerate() {
            if index > 0 {
                f.write_str(", ")?;
            }
            let (name, value) = (String::from_utf8_lossy(name), String::from_utf8_lossy(value));
            if is_legacy_label_name(&name) {
                f.write_str(&name)?
            } else {
                write!(f, "{name:?}")?
            }
            write!(f, "={value:?}")?;
        }
        f.write_str("}")
    }
}

/// `[1 2 99]`.
pub(super) struct Refs<'a>(pub(super) &'a [u32]);

impl fmt::Display for Refs<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[")?;
        for (index, symbol) in self.0.iter().enumerate() {
            if index > 0 {
                f.write_str(" ")?;
            }
            write!(f, "{symbol}")?;
        }
        f.write_str("]")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shows() {
        let pairs: [Pair<'_>; 3] = [(b"__name__", b"up"), (b"a.b", b"\"x\""), (b"c", b"\xff")];
        assert_eq!(Shown(&pairs).to_string(), "{__name__=\"up\", \"a.b\"=\"\\\"x\\\"\", c=\"\u{fffd}\"}");
        assert_eq!(Refs(&[1, 2, 99]).to_string(), "[1 2 99]");
    }
}
