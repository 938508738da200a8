//! A family's series as a page in text writes them: fixed pieces (`name{first="`, `",second="`, …) with the packed label
//! values between them, so that a line is a handful of short copies and a number.

use std::borrow::Cow;

use narthex_exposition::encode::write::{
    write_escaped_label_value, write_label, write_label_name, write_metric_name,
};
use narthex_exposition::{EscapingScheme, escape_label_name};
use narthex_model::MetricType;
use narthex_model::names::is_legacy_metric_name;

use super::lines::{Line, Piece};
use crate::desc::Desc;
use crate::series::Key;

/// The fixed pieces around the label values of a family's series.
pub(super) struct Template {
    /// What stands before each label value: names and quotes.
    before: Vec<Piece>,
    /// What stands behind the last value, with the blank.
    close_series: Piece,
    /// What stands behind the last value, up to where a label of the sample's own or the end of the braces follows.
    after: Piece,
    /// Ends the labels, with the blank.
    pub(super) close: Piece,
    /// What a label of the sample's own starts with.
    pub(super) separator: u8,
}

/// How a line starts: the name, which stands in the braces if it needs quotes.
pub(super) fn head(name: &str) -> Vec<u8> {
    let mut head = Vec::new();
    if !is_legacy_metric_name(name) {
        head.push(b'{');
    }
    write_metric_name(&mut head, name);
    head
}

/// The names of the family's own labels as the scheme writes them.
pub(super) fn label_names(desc: &Desc, scheme: EscapingScheme) -> impl Iterator<Item = Cow<'_, str>> {
    let state = (desc.metric_type == MetricType::StateSet).then_some(&desc.name);
    // A state set's label is called like the set, whose name may have been given a prefix since.
    desc.labels.iter().map(move |name| escape_label_name(state.unwrap_or(name), scheme))
}

/// The labels with fixed values: names as the scheme writes them, and values.
pub(super) fn const_labels(
    desc: &Desc,
    scheme: EscapingScheme,
) -> impl Iterator<Item = (Cow<'_, str>, &str)> {
    let named = desc.const_labels.iter().filter(|(_, value)| !value.is_empty());
    named.map(move |(name, value)| (escape_label_name(name, scheme), value.as_str()))
}

impl Template {
    /// The pieces for the labels alone, behind a [`head`] that was made for the same `name`.
    pub(super) fn new(desc: &Desc, scheme: EscapingScheme, name: &str) -> Self {
        Self::behind(desc, scheme, name, Vec::new())
    }

    /// The pieces for the whole series, the first with the name in front.
    pub(super) fn with_name(desc: &Desc, scheme: EscapingScheme, name: &str) -> Self {
        Self::behind(desc, scheme, name, head(name))
    }

    fn behind(desc: &Desc, scheme: EscapingScheme, name: &str, mut piece: Vec<u8>) -> Self {
        let mut separator = if is_legacy_metric_name(name) { b'{' } else { b',' };
        for (name, value) in const_labels(desc, scheme) {
            piece.push(separator);
            write_label(&mut piece, &name, value);
            separator = b',';
        }
        let mut before = Vec::with_capacity(desc.labels.len());
        for name in label_names(desc, scheme) {
            piece.push(separator);
            write_label_name(&mut piece, &name);
            piece.extend_from_slice(b"=\"");
            before.push(Piece::new(&piece));
            piece.clear();
            piece.push(b'"');
            separator = b',';
        }
        let close: &[u8] = if separator == b'{' { b" " } else { b"} " };
        let after = Piece::new(&piece);
        piece.extend_from_slice(close);
        Self { before, close_series: Piece::new(&piece), after, close: Piece::new(close), separator }
    }

    /// Writes the series, with the blank behind it.
    #[inline(always)]
    pub(super) fn write(&self, line: &mut Line<'_, '_>, key: Key<'_>) {
        let mut values = key.values();
        if key.is_plain {
            for before in &self.before {
                line.piece(before);
                let (value, len) = values.next_raw();
                line.value(value, len);
            }
        } else {
            for before in &self.before {
                line.piece(before);
                let value = values.next().unwrap_or_default();
                line.direct(|out| write_escaped_label_value(out, value));
            }
        }
        line.piece(&self.close_series);
    }

    /// The labels of a series, open for one of the sample's own, as one piece: for series with many lines.
    pub(super) fn render(&self, key: Key<'_>, into: &mut Piece) {
        into.clear();
        let mut values = key.values();
        for before in &self.before {
            into.push(before.bytes());
            if key.is_plain {
                let (value, len) = values.next_raw();
                into.push(value.get(..len).unwrap_or_default());
            } else {
                let value = values.next().unwrap_or_default();
                let mut escaped = Vec::with_capacity(value.len() + 8);
                write_escaped_label_value(&mut escaped, value);
                into.push(&escaped);
            }
        }
        into.push(self.after.bytes());
    }
}
