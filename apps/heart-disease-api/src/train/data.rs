//! Reads the data file and turns its words into the coding of the requests.
//!
//! The file names categories; requests number them as the widespread CSV does, which is not the numbering of the
//! original study. The words make the translation safe.

use crate::patient::{BadField, FEATURES, Patient};

/// One patient and whether disease was found.
#[derive(Debug, Clone, Copy)]
pub(super) struct Case {
    pub(super) patient: Patient,
    pub(super) disease: bool,
}

/// A data file that is not as documented.
#[derive(Debug, thiserror::Error)]
pub enum DataError {
    /// A line with the wrong number of columns.
    #[error("data line {line}: {found} columns, expected 14")]
    Columns {
        /// 1-based line.
        line: usize,
        /// Columns seen.
        found: usize,
    },
    /// A word or number that is not known.
    #[error("data line {line}, column {column}: cannot use \"{found}\"")]
    Value {
        /// 1-based line.
        line: usize,
        /// 1-based column.
        column: usize,
        /// What stands there.
        found: String,
    },
    /// A number out of range.
    #[error("data line {line}: {bad:?}")]
    Range {
        /// 1-based line.
        line: usize,
        /// The fields.
        bad: Vec<BadField>,
    },
}

/// All cases of the file; the first three lines are headers.
pub(super) fn read(text: &str) -> Result<Vec<Case>, DataError> {
    text.lines().enumerate().skip(3).map(|(index, line)| case(index + 1, line)).collect()
}

fn case(line: usize, text: &str) -> Result<Case, DataError> {
    let cells: Vec<&str> = text.split('\t').collect();
    if cells.len() != FEATURES.len() + 1 {
        return Err(DataError::Columns { line, found: cells.len() });
    }
    let mut values = [0.0; FEATURES.len()];
    for (index, (slot, cell)) in values.iter_mut().zip(&cells).enumerate() {
        *slot = value(index, cell).ok_or_else(|| DataError::Value {
            line,
            column: index + 1,
            found: (*cell).to_owned(),
        })?;
    }
    let disease = match cells.last() {
        Some(&"0") => false,
        Some(&"1") => true,
        other => {
            let found = other.copied().unwrap_or_default().to_owned();
            return Err(DataError::Value { line, column: cells.len(), found });
        }
    };
    let patient = Patient::from_values(values).map_err(|bad| DataError::Range { line, bad })?;
    Ok(Case { patient, disease })
}

fn value(column: usize, cell: &str) -> Option<f64> {
    let code = match (column, cell) {
        (1, "female")
        | (2, "asymptomatic")
        | (6, "left vent hypertrophy")
        | (10, "downsloping")
        | (12, "?") => 0,
        (1, "male") | (2, "atypical ang") | (6, "normal") | (10, "flat") | (12, "fixed defect") => 1,
        (2, "non-anginal") | (6, "ST-T abnormal") | (10, "upsloping") | (12, "normal") => 2,
        (2, "typical ang") | (12, "reversable defect") => 3,
        (11, "?") => 4,
        _ => return cell.parse().ok(),
    };
    Some(f64::from(code))
}
