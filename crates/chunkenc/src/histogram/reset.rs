//! Whether a histogram can follow another one in a chunk: same layout, and nothing went down.

use narthex_model::{CounterResetHint, is_stale};

use super::ResetHeader;
use super::layout::Layout;
use super::row::{HistogramRef, Row};

/// What a chunk ends with.
pub(super) struct Before<'a> {
    pub(super) header: ResetHeader,
    pub(super) layout: &'a Layout,
    pub(super) row: &'a Row,
}

/// `Ok` when `next` may follow in the same chunk, else what the next chunk's header says.
pub(super) fn may_follow(
    before: &Before<'_>,
    next: HistogramRef<'_>,
    layout: &Layout,
    row: &Row,
) -> Result<(), ResetHeader> {
    let gauge = next.hint() == CounterResetHint::Gauge;
    if gauge != (before.header == ResetHeader::Gauge) {
        return Err(if gauge { ResetHeader::Gauge } else { ResetHeader::Unknown });
    }
    let otherwise = |header| Err(if gauge { ResetHeader::Gauge } else { header });
    if next.hint() == CounterResetHint::CounterReset {
        return Err(ResetHeader::CounterReset);
    }
    if is_stale(next.sum()) {
        return Ok(());
    }
    if before.row.is_stale() {
        return otherwise(ResetHeader::Unknown);
    }
    let went_down = |before: Option<&u64>, now: Option<&u64>| {
        let (before, now) = (before.copied().unwrap_or_default(), now.copied().unwrap_or_default());
        if next.is_float() {
            f64::from_bits(now) < f64::from_bits(before)
        } else {
            (now as i64) < before as i64
        }
    };
    if !gauge && went_down(before.row.words.first(), row.words.first()) {
        return Err(ResetHeader::CounterReset);
    }
    if before.layout.schema != layout.schema || before.layout.zero_threshold != layout.zero_threshold {
        return otherwise(ResetHeader::Unknown);
    }
    if !before.layout.is_compatible(layout) {
        return otherwise(ResetHeader::CounterReset);
    }
    if gauge {
        return Ok(());
    }
    if went_down(before.row.words.get(1), row.words.get(1)) {
        return Err(ResetHeader::CounterReset);
    }
    let wide = before.layout.union(layout);
    let then = before.row.widened(&before.layout.places_in(&wide), wide.len());
    let now = row.widened(&layout.places_in(&wide), wide.len());
    let mut pairs = then.buckets().iter().zip(now.buckets());
    if pairs.any(|(then, now)| went_down(Some(then), Some(now))) {
        return Err(ResetHeader::CounterReset);
    }
    Ok(())
}
