//! Labels of a new series: the target's are added, conflicts are settled, names are checked.

use narthex_model::names::{METRIC_NAME, NameValidation};
use narthex_model::{Labels, LabelsBuilder};

use crate::error::ScrapeError;

const EXPORTED_PREFIX: &str = "exported_";

/// Adds the target's labels. Where the page has one of the same name, that one stays (`honor`), or it moves to
/// `exported_<name>`.
pub(crate) fn add_target_labels(builder: &mut LabelsBuilder, target: &Labels, honor: bool) {
    let mut conflicts: Vec<(&str, String)> = Vec::new();
    for (name, value) in target {
        match builder.get(name) {
            None => builder.push(name, value),
            Some(_) if honor => {}
            Some(exposed) => {
                conflicts.push((name, exposed.to_owned()));
                builder.set(name, value);
            }
        }
    }
    // Short names first, so that `exported_x` exposed beside `x` gets the longer name.
    conflicts.sort_by_key(|(name, _)| name.len());
    for (name, value) in conflicts {
        let mut free = format!("{EXPORTED_PREFIX}{name}");
        while builder.get(&free).is_some() {
            free.insert_str(0, EXPORTED_PREFIX);
        }
        builder.push(&free, &value);
    }
}

/// A label name that the page has twice in one series.
pub(super) fn duplicate(builder: &LabelsBuilder) -> Option<String> {
    // Series have a dozen labels: comparing each pair beats sorting.
    let twice = |name: &str| builder.iter().filter(|(other, _)| *other == name).nth(1).is_some();
    builder.iter().map(|(name, _)| name).find(|name| twice(name)).map(str::to_owned)
}

/// Checks that there is a metric name and that all names are valid.
pub(super) fn check_names(labels: &Labels, validation: NameValidation) -> Result<(), ScrapeError> {
    let metric_name = labels.metric_name();
    if metric_name.is_empty() {
        return Err(ScrapeError::NoMetricName(labels.clone()));
    }
    let valid = validation.is_metric_name(metric_name)
        && labels.iter().all(|(name, _)| name == METRIC_NAME || validation.is_label_name(name));
    if valid { Ok(()) } else { Err(ScrapeError::InvalidName(labels.clone())) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn conflicts() {
        let target = Labels::from_pairs([("job", "j"), ("exported_job", "e"), ("instance", "i")]);
        let exposed = [("__name__", "m"), ("job", "x"), ("exported_job", "y")];
        let mut builder = Labels::from_pairs(exposed).to_builder();
        add_target_labels(&mut builder, &target, false);
        let expected = [
            ("__name__", "m"),
            ("exported_exported_exported_job", "y"),
            ("exported_exported_job", "x"),
            ("exported_job", "e"),
            ("instance", "i"),
            ("job", "j"),
        ];
        assert_eq!(builder.build(), Labels::from_pairs(expected));
        let mut builder = Labels::from_pairs(exposed).to_builder();
        add_target_labels(&mut builder, &target, true);
        assert_eq!(
            builder.build(),
            Labels::from_pairs([("__name__", "m"), ("exported_job", "y"), ("instance", "i"), ("job", "x")])
        );
    }

    #[test]
    fn checks() {
        let mut builder = LabelsBuilder::new();
        for (name, value) in [("__name__", "m"), ("a", "1"), ("b", "2"), ("a", "3")] {
            builder.push(name, value);
        }
        assert_eq!(duplicate(&builder).as_deref(), Some("a"));
        let nameless = Labels::from_pairs([("a", "b")]);
        assert!(matches!(check_names(&nameless, NameValidation::Utf8), Err(ScrapeError::NoMetricName(_))));
        let odd = Labels::from_pairs([("__name__", "a.b"), ("c:d", "e")]);
        assert!(check_names(&odd, NameValidation::Utf8).is_ok());
        assert!(matches!(check_names(&odd, NameValidation::Legacy), Err(ScrapeError::InvalidName(_))));
    }
}
