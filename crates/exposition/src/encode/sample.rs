//! What the text encoders share: a family's escaped names, and sample lines up to the value.

use std::borrow::Cow;

use narthex_model::Labels;
use narthex_model::names::{METRIC_NAME, is_legacy_metric_name};

use super::write::{write_label, write_metric_name};
use crate::{EscapingScheme, escape_label_name};

/// A label that the sample has beside its metric's.
pub(super) type Extra<'a> = Option<(&'a str, &'a str)>;

/// Appends `name` + `suffix` with labels: everything of a sample line before its value, blank included.
pub(super) fn series(
    out: &mut Vec<u8>,
    scheme: EscapingScheme,
    name: &str,
    suffix: &str,
    labels: &Labels,
    extra: Extra<'_>,
) {
    let mut separator = b'{';
    if is_legacy_metric_name(name) {
        out.extend_from_slice(name.as_bytes());
        out.extend_from_slice(suffix.as_bytes());
    } else {
        out.push(b'{');
        write_metric_name(out, &joined(name, suffix));
        separator = b',';
    }
    let in_braces = separator == b',';
    for (label, value) in labels.iter().filter(|(label, _)| *label != METRIC_NAME) {
        out.push(separator);
        write_label(out, &escape_label_name(label, scheme), value);
        separator = b',';
    }
    if let Some((label, value)) = extra {
        out.push(separator);
        write_label(out, label, value);
        separator = b',';
    }
    if in_braces || separator == b',' {
        out.push(b'}');
    }
    out.push(b' ');
}

fn joined<'a>(name: &'a str, suffix: &str) -> Cow<'a, str> {
    if suffix.is_empty() { Cow::Borrowed(name) } else { Cow::Owned(format!("{name}{suffix}")) }
}
