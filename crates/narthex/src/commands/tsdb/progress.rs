//! [`Progress`]: a bar on the terminal during long work. Nothing is drawn when standard error is a file or a pipe, or
//! when the result goes to the same terminal.

use std::io::{IsTerminal as _, Write as _};
use std::time::{Duration, Instant};

const REDRAW: Duration = Duration::from_millis(100);
const WIDTH: usize = 40;

/// How far a piece of work is.
pub(super) struct Progress {
    label: &'static str,
    total: u64,
    drawn: Option<Instant>,
    visible: bool,
}

impl Progress {
    /// Work of `total` units.
    pub(super) fn new(label: &'static str, total: u64) -> Self {
        let visible = std::io::stderr().is_terminal() && total > 0;
        Self { label, total, drawn: None, visible }
    }

    /// The same, for work that prints its result while it goes on.
    pub(super) fn beside_output(label: &'static str, total: u64) -> Self {
        let mut progress = Self::new(label, total);
        progress.visible &= !std::io::stdout().is_terminal();
        progress
    }

    /// So many units are done.
    pub(super) fn at(&mut self, done: u64) {
        if self.visible && self.drawn.is_none_or(|drawn| drawn.elapsed() >= REDRAW) {
            self.drawn = Some(Instant::now());
            // A terminal that is gone is no error of ours.
            let _ = write!(std::io::stderr(), "\r{}", bar(self.label, done, self.total));
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if self.drawn.is_some() {
            let _ = write!(std::io::stderr(), "\r{:width$}\r", "", width = self.label.len() + WIDTH + 10);
        }
    }
}

fn bar(label: &str, done: u64, total: u64) -> String {
    let share = (done as f64 / total.max(1) as f64).clamp(0.0, 1.0);
    let filled = (share * WIDTH as f64) as usize;
    format!("{label} [{:<WIDTH$}] {:3.0} %", "#".repeat(filled), share * 100.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bar_fills() {
        assert_eq!(bar("x", 0, 10), format!("x [{}]   0 %", " ".repeat(WIDTH)));
        assert_eq!(bar("x", 5, 10), format!("x [{}{}]  50 %", "#".repeat(20), " ".repeat(20)));
        assert_eq!(bar("x", 99, 10), format!("x [{}] 100 %", "#".repeat(WIDTH)));
    }
}
