//! Metadata records: `6 · (ref <uvarint> · type <1b> · fields <uvarint> · (name · value)…)…`; fields `UNIT`, `HELP`.

use narthex_model::{Metadata, MetricType};

use super::{BadRecord, METADATA};
use crate::codec::{Cursor, put_str, put_uvarint};

/// The type byte of each metric type, as Prometheus numbers them.
const TYPES: [MetricType; 8] = [
    MetricType::Unknown,
    MetricType::Counter,
    MetricType::Gauge,
    MetricType::Histogram,
    MetricType::GaugeHistogram,
    MetricType::Summary,
    MetricType::Info,
    MetricType::StateSet,
];

/// Writes the record, replacing what `out` held.
pub(crate) fn encode<'a>(out: &mut Vec<u8>, entries: impl Iterator<Item = (u64, &'a Metadata)>) {
    out.clear();
    out.push(METADATA);
    for (series, metadata) in entries {
        put_uvarint(out, series);
        let kind = TYPES.iter().position(|kind| *kind == metadata.metric_type).unwrap_or_default();
        out.push(kind as u8);
        put_uvarint(out, 2);
        for (name, value) in [("UNIT", &metadata.unit), ("HELP", &metadata.help)] {
            put_str(out, name);
            put_str(out, value);
        }
    }
}

/// Calls `visit` with every entry of the record's bytes behind the type. Unknown fields are skipped.
pub(crate) fn decode(body: &[u8], mut visit: impl FnMut(u64, Metadata)) -> Result<(), BadRecord> {
    let mut cursor = Cursor::new(body);
    while !cursor.is_empty() {
        let (series, metadata) = one(&mut cursor).ok_or(BadRecord { kind: METADATA })?;
        visit(series, metadata);
    }
    Ok(())
}

fn one(cursor: &mut Cursor<'_>) -> Option<(u64, Metadata)> {
    let series = cursor.uvarint()?;
    let metric_type = TYPES.get(usize::from(cursor.u8()?)).copied().unwrap_or_default();
    let mut metadata = Metadata { metric_type, ..Metadata::default() };
    for _ in 0..cursor.uvarint()? {
        match (cursor.str()?, cursor.str()?) {
            ("UNIT", unit) => metadata.unit = unit.to_owned(),
            ("HELP", help) => metadata.help = help.to_owned(),
            _ => {}
        }
    }
    Some((series, metadata))
}
