//! `label_replace` and `label_join`: functions of labels, blind to values.

use narthex_model::names::{METRIC_NAME, is_utf8_name};
use narthex_model::relabel::RelabelRegex;
use narthex_model::{Labels, LabelsBuilder};

use crate::engine::QueryError;
use crate::limits::MemoryBudget;
use crate::operators::Row;

/// Sets `dst` to `replacement`, with the groups of `regex` filled in, where the whole of `src` matches.
pub(crate) fn label_replace(
    rows: &mut [Row],
    dst: &str,
    replacement: &str,
    src: &str,
    pattern: &str,
    memory: &MemoryBudget,
) -> Result<(), QueryError> {
    let regex = RelabelRegex::new(pattern).map_err(|_| {
        QueryError::execution(format!("invalid regular expression in label_replace(): {pattern}"))
    })?;
    if !is_utf8_name(dst) {
        return Err(QueryError::execution(format!(
            "invalid destination label name in label_replace(): {dst}"
        )));
    }
    for row in rows {
        if let Some(value) = regex.expand_match(row.labels.value(src), replacement) {
            set_label(row, dst, &value);
            memory.take(row.labels.as_bytes().len())?;
        }
    }
    Ok(())
}

/// Sets `dst` to the values of some labels, joined by `separator`.
pub(crate) fn label_join(
    rows: &mut [Row],
    dst: &str,
    separator: &str,
    sources: &[String],
    memory: &MemoryBudget,
) -> Result<(), QueryError> {
    if let Some(bad) = sources.iter().find(|name| !is_utf8_name(name)) {
        return Err(QueryError::execution(format!("invalid source label name in label_join(): {bad}")));
    }
    if !is_utf8_name(dst) {
        return Err(QueryError::execution(format!("invalid destination label name in label_join(): {dst}")));
    }
    for row in rows {
        let values: Vec<&str> = sources.iter().map(|name| row.labels.value(name)).collect();
        let value = values.join(separator);
        set_label(row, dst, &value);
        memory.take(row.labels.as_bytes().len())?;
    }
    Ok(())
}

fn set_label(row: &mut Row, name: &str, value: &str) {
    row.labels = with_label(&row.labels, name, value);
    if name == METRIC_NAME {
        row.drop_name = false;
    }
}

/// The labels with one changed; an empty value removes it.
pub(crate) fn with_label(labels: &Labels, name: &str, value: &str) -> Labels {
    LabelsBuilder::from_labels(labels).set(name, value).build()
}
