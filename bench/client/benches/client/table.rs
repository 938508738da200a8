//! The table: a row is an operation, a column a library.

use std::fmt::Write as _;

/// The libraries, in the order of the columns.
#[derive(Clone, Copy)]
pub(crate) enum Library {
    Narthex,
    PrometheusClient,
    Prometheus,
    Metrics,
}

const NAMES: [&str; 4] = ["narthex-client", "prometheus-client 0.25", "prometheus 0.14", "metrics 0.24"];

/// Collects figures.
pub(crate) struct Table {
    wanted: String,
    rows: Vec<(String, [Option<f64>; NAMES.len()])>,
}

impl Table {
    pub(crate) fn new(wanted: String) -> Self {
        Self { wanted, rows: Vec::new() }
    }

    /// Whether a row is to be measured.
    pub(crate) fn wants(&self, row: &str) -> bool {
        row.contains(&self.wanted)
    }

    /// Enters a figure, unless its row is not wanted.
    pub(crate) fn enter(&mut self, row: &str, library: Library, figure: impl FnOnce() -> f64) {
        if !self.wants(row) {
            return;
        }
        let figure = figure();
        eprintln!("{row}: {} {figure:.2}", NAMES[library as usize]);
        let at = self.rows.iter().position(|(name, _)| name == row).unwrap_or_else(|| {
            self.rows.push((row.to_owned(), [None; NAMES.len()]));
            self.rows.len() - 1
        });
        self.rows[at].1[library as usize] = Some(figure);
    }

    /// Prints all rows as a Markdown table.
    pub(crate) fn print(&self) {
        let mut text = format!("| | {} |\n|---|{}\n", NAMES.join(" | "), "---:|".repeat(NAMES.len()));
        for (name, figures) in &self.rows {
            let _ = write!(text, "| {name} |");
            for figure in figures {
                let _ = match figure {
                    None => write!(text, " – |"),
                    Some(figure) if *figure < 10.0 => write!(text, " {figure:.2} |"),
                    Some(figure) => write!(text, " {figure:.0} |"),
                };
            }
            text.push('\n');
        }
        println!("{text}");
    }
}
