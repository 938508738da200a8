//! [`Reasons`]: why parts of a 2.0 request were refused, as its answer tells.

use super::append::Refused;
use super::request::Pair;
use super::shown::Shown;

/// How many of them are named in an answer.
const REASONS_MAX: usize = 100;

/// Why parts of a request were refused: one line each, up to a limit.
#[derive(Debug, Default)]
pub(super) struct Reasons {
    text: String,
    count: usize,
}

impl Reasons {
    pub(super) fn add(&mut self, reason: String) {
        self.count += 1;
        if self.count <= REASONS_MAX {
            if self.count > 1 {
                self.text.push('\n');
            }
            self.text.push_str(&reason);
        }
    }

    /// Notes a refusal that is the sender's fault; any other one goes on.
    pub(super) fn note(&mut self, refused: Refused, pairs: &[Pair<'_>]) -> Result<(), Refused> {
        match refused {
            Refused::Bad(reason) => {
                self.add(format!("{reason} for series {}", Shown(pairs)));
                Ok(())
            }
            Refused::Failed(..) => Err(refused),
        }
    }

    /// All of them; `None` when nothing was refused.
    pub(super) fn into_text(mut self) -> Option<String> {
        if self.count > REASONS_MAX {
            self.text.push_str(&format!("\nand {} more", self.count - REASONS_MAX));
        }
        (self.count > 0).then_some(self.text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn are_counted_and_cut() {
        assert_eq!(Reasons::default().into_text(), None);
        let mut reasons = Reasons::default();
        let pairs: [Pair<'_>; 1] = [(b"__name__", b"up")];
        for _ in 0..REASONS_MAX + 5 {
            reasons.note(Refused::Bad("out of bounds".to_owned()), &pairs).unwrap();
        }
        assert!(reasons.note(Refused::Failed("no space".to_owned(), false), &pairs).is_err());
        let text = reasons.into_text().unwrap();
        assert!(text.starts_with("out of bounds for series {__name__=\"up\"}\nout of"));
        assert!(text.ends_with("\nand 5 more"));
        assert_eq!(text.lines().count(), REASONS_MAX + 1);
    }
}
