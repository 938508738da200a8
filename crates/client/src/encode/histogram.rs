//! Histograms in both text formats: many lines a series, so its labels are rendered once.

use super::lines::{Lines, Piece};
use super::template::{Template, head};
use super::text::{Created, Style, label_number, write_exemplar};
use crate::cells::{HistogramSnapshot, Reading};
use crate::exemplars;
use crate::family::Family;

/// Writes all series; `name` is the family's.
pub(super) fn write(lines: &mut Lines<'_>, family: &Family, name: &str, style: Style) {
    let layout = &family.layout;
    let template = Template::new(&family.desc, style.scheme, name);
    let [bucket, sum, count] =
        ["_bucket", "_sum", "_count"].map(|suffix| Piece::new(&head(&format!("{name}{suffix}"))));
    // A histogram that is native only is the bucket +Inf here.
    let bounds = if layout.is_classic() { layout.bounds() } else { &[] };
    let bounds: Vec<Piece> = bounds
        .iter()
        .chain(&[f64::INFINITY])
        .map(|bound| {
            let text = label_number(*bound, style.openmetrics);
            let mut piece = Piece::new(&[template.separator]);
            [b"le=\"", &text[..], b"\"} "].iter().for_each(|part| piece.push(part));
            piece
        })
        .collect();
    let mut created = style.openmetrics.then(|| Created::new(family, name, style));
    let mut labels = Piece::default();
    let mut snapshot = HistogramSnapshot::empty(layout);
    // Begun inside: the lock of the cells comes after the lock of the series, as when a series is made.
    let mut reading: Option<Reading> = None;
    family.for_each(|key, handle| {
        reading.get_or_insert_with(Reading::begin).histogram(handle, layout, &mut snapshot);
        template.render(key, &mut labels);
        let exemplars = if style.openmetrics { exemplars::of(family.kind, handle) } else { None };
        let mut line = lines.line();
        let mut cumulative = 0_u64;
        let counts = snapshot.counts.iter().skip(snapshot.counts.len() - bounds.len());
        for (index, (bound, observed)) in bounds.iter().zip(counts).enumerate() {
            cumulative = cumulative.wrapping_add(*observed);
            line.piece(&bucket);
            line.piece(&labels);
            line.piece(bound);
            line.uint(cumulative);
            if layout.is_classic()
                && let Some(exemplar) = exemplars.as_ref().and_then(|exemplars| exemplars.get(index))
            {
                line.direct(|out| write_exemplar(out, exemplar, style.scheme));
            }
            line.end();
        }
        line.piece(&sum);
        line.piece(&labels);
        line.piece(&template.close);
        line.float(snapshot.sum, style.openmetrics);
        line.end();
        line.piece(&count);
        line.piece(&labels);
        line.piece(&template.close);
        line.uint(cumulative);
        line.end();
        if let Some(created) = &mut created {
            created.write(&mut line, key, handle);
        }
    });
}
