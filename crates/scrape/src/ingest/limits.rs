//! The limits on the labels of a series.

use narthex_model::Labels;

use crate::config::Limits;
use crate::error::ScrapeError;

/// Checks the label limits; the metric's name counts as a label.
pub(super) fn check_labels(labels: &Labels, limits: &Limits) -> Result<(), ScrapeError> {
    let metric = || labels.metric_name().to_owned();
    let count = labels.len() as u64;
    if limits.labels > 0 && count > limits.labels {
        return Err(ScrapeError::LabelLimit { metric: metric(), count, limit: limits.labels });
    }
    if limits.label_name_length == 0 && limits.label_value_length == 0 {
        return Ok(());
    }
    for (name, value) in labels {
        let length = name.len() as u64;
        if limits.label_name_length > 0 && length > limits.label_name_length {
            let limit = limits.label_name_length;
            return Err(ScrapeError::LabelNameLimit {
                metric: metric(),
                name: name.to_owned(),
                length,
                limit,
            });
        }
        let length = value.len() as u64;
        if limits.label_value_length > 0 && length > limits.label_value_length {
            let limit = limits.label_value_length;
            let (name, value) = (name.to_owned(), value.to_owned());
            return Err(ScrapeError::LabelValueLimit { metric: metric(), name, value, length, limit });
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn table() {
        let labels = Labels::from_pairs([("__name__", "m"), ("name", "value")]);
        let limits = |labels, label_name_length, label_value_length| Limits {
            labels,
            label_name_length,
            label_value_length,
            ..Limits::default()
        };
        for (limits, expected) in [
            (limits(0, 0, 0), ""),
            (limits(2, 8, 5), ""),
            (limits(1, 0, 0), "label_limit exceeded (metric: m, number of labels: 2, limit: 1)"),
            (
                limits(0, 7, 0),
                "label_name_length_limit exceeded (metric: m, label name: __name__, length: 8, limit: 7)",
            ),
            (
                limits(0, 0, 4),
                "label_value_length_limit exceeded (metric: m, label name: name, value: \"value\", length: 5, limit: 4)",
            ),
        ] {
            let text =
                check_labels(&labels, &limits).map_or_else(|error| error.to_string(), |()| String::new());
            assert_eq!(text, expected);
        }
    }
}
