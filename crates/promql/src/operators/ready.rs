//! Series that are computed already.

use narthex_model::Labels;
use rustc_hash::FxHashSet;

use super::rows::is_reserved;
use super::{Row, Scratch, Source, drop_reserved};
use crate::column::Column;
use crate::engine::QueryError;

/// Rows in memory as a [`Source`].
#[derive(Debug)]
pub(crate) struct Ready {
    rows: Vec<Row>,
}

impl Ready {
    /// Rows with distinct labels.
    pub(crate) fn new(rows: Vec<Row>) -> Self {
        Self { rows }
    }
}

impl Source for Ready {
    fn len(&self) -> usize {
        self.rows.len()
    }

    fn labels(&self, index: usize) -> Labels {
        self.rows.get(index).map(|row| row.labels.clone()).unwrap_or_default()
    }

    fn for_each_label(&self, index: usize, visit: &mut dyn FnMut(&str, &str)) {
        if let Some(row) = self.rows.get(index) {
            for (name, value) in &row.labels {
                visit(name, value);
            }
        }
    }

    fn drop_name(&self, index: usize) -> bool {
        self.rows.get(index).is_some_and(|row| row.drop_name)
    }

    fn fill(&self, index: usize, _: &mut Scratch, out: &mut Column) -> Result<(), QueryError> {
        if let Some(row) = self.rows.get(index) {
            out.clone_from(&row.column);
        }
        Ok(())
    }

    fn unique_without_name(&self) -> bool {
        let named = |row: &Row| row.labels.iter().any(|(name, _)| is_reserved(name));
        if !self.rows.iter().any(named) {
            return true;
        }
        let mut seen = FxHashSet::default();
        self.rows.iter().all(|row| seen.insert(drop_reserved(&row.labels)))
    }

    fn take_rows(&mut self) -> Option<Vec<Row>> {
        Some(std::mem::take(&mut self.rows))
    }
}
