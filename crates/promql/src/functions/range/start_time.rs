//! What start timestamps say about two neighbouring samples.

/// Whether the counter was started anew between two samples. 0 means an unknown start.
pub(super) fn is_reset(before_start: i64, before: i64, start: i64, t: i64) -> bool {
    if start == 0 || start >= t || start < before {
        return false;
    }
    if start > before {
        return true;
    }
    // The start is the sample before: so it is with deltas, and with cumulative series of unknown start; only the
    // former know where the sample before started.
    before_start <= before && before_start != 0 && before_start != before
}

/// Whether a sample says that it started before its predecessor ended, without having the same start.
pub(super) fn overlaps(before_start: i64, before: i64, start: i64) -> bool {
    start != 0 && start < before && start != before_start
}

/// Whether the start timestamps say so for the samples `index - 1` and `index`.
pub(super) fn reset_at(starts: &[i64], times: &[i64], index: usize) -> bool {
    match (starts.get(index.wrapping_sub(1)), starts.get(index)) {
        (Some(before), Some(start)) => is_reset(*before, times[index - 1], *start, times[index]),
        _ => false,
    }
}

/// Whether any sample overlaps its predecessor.
pub(super) fn any_overlap(starts: &[i64], times: &[i64]) -> bool {
    starts.windows(2).zip(times).any(|(pair, before)| overlaps(pair[0], *before, pair[1]))
}
