//! Which blocks are put together: overlapping ones first, then neighbours that fill the next larger range, then blocks
//! of which much was deleted.

use crate::block::meta::BlockMeta;
use crate::head::series::range_end;

/// Each level holds so many of the level below.
const LEVEL_FACTOR: i64 = 3;
/// So many levels at most.
const LEVELS_MAX: usize = 10;
/// A large block with more deleted ranges per series than this (in percent) is written anew.
const TOMBSTONES_PERCENT: u64 = 5;

/// The widths of the levels: `min`, three times that, … up to `max`.
pub(crate) fn level_widths(min: i64, max: i64) -> Vec<i64> {
    let next = |width: &i64| width.checked_mul(LEVEL_FACTOR).filter(|width| *width <= max);
    std::iter::successors(Some(min), next).take(LEVELS_MAX).collect()
}

/// The positions in `blocks` (sorted by time) of those to compact next; empty when there is nothing to do. Blocks that overlap
/// come first if that is `allowed`.
pub(crate) fn plan(blocks: &[BlockMeta], widths: &[i64], allowed: bool) -> Vec<usize> {
    // Partial blocks beyond what left the head in order wait: with a whole block they would make one whose end
    // says that the head's samples up to there are in blocks.
    let in_order = blocks.iter().filter(|block| !block.is_partial());
    let end = in_order.map(|block| block.max_time).max().unwrap_or(i64::MIN);
    let waits = |block: &BlockMeta| block.is_partial() && block.max_time > end;
    let (places, settled): (Vec<usize>, Vec<BlockMeta>) =
        blocks.iter().cloned().enumerate().filter(|(_, block)| !waits(block)).unzip();
    let chosen = plan_settled(&settled, widths, allowed);
    chosen.into_iter().filter_map(|at| places.get(at).copied()).collect()
}

fn plan_settled(blocks: &[BlockMeta], widths: &[i64], allowed: bool) -> Vec<usize> {
    let overlapping = if allowed { overlapping(blocks) } else { Vec::new() };
    if !overlapping.is_empty() {
        return overlapping;
    }
    // The newest block is left alone: it may still be read by a backup that ran since it appeared.
    let Some((_, older)) = blocks.split_last() else { return Vec::new() };
    let past = older.last().map_or(i64::MIN, |last| last.min_time);
    let level = widths.iter().skip(1).find_map(|width| fill_range(older, *width, past));
    level.unwrap_or_else(|| much_deleted(older, widths))
}

/// Whether some of the chosen blocks, sorted by time, overlap.
pub(crate) fn is_vertical(blocks: &[BlockMeta], chosen: &[usize]) -> bool {
    let chosen: Vec<&BlockMeta> = chosen.iter().filter_map(|index| blocks.get(*index)).collect();
    chosen.windows(2).any(|pair| matches!(pair, [a, b] if b.min_time < a.max_time))
}

fn overlapping(blocks: &[BlockMeta]) -> Vec<usize> {
    let mut found = Vec::new();
    let mut end = i64::MIN;
    for (index, block) in blocks.iter().enumerate() {
        if block.min_time < end {
            if found.is_empty() {
                found.push(index - 1);
            }
            found.push(index);
        } else if !found.is_empty() {
            break;
        }
        end = end.max(block.max_time);
    }
    found
}

/// The first group of blocks in one aligned range of this width that is complete, or that ends by `past`.
fn fill_range(blocks: &[BlockMeta], width: i64, past: i64) -> Option<Vec<usize>> {
    let range_of = |block: &BlockMeta| block.min_time.div_euclid(width);
    let fits = |block: &BlockMeta| block.max_time <= range_end(block.min_time, width);
    let mut start = 0;
    while let Some(first) = blocks.get(start) {
        let rest = blocks.get(start..).unwrap_or_default();
        if !fits(first) {
            start += 1;
            continue;
        }
        let len = rest.iter().take_while(|block| range_of(block) == range_of(first) && fits(block)).count();
        let group = rest.get(..len).unwrap_or_default();
        let last_max = group.last().map_or(first.max_time, |last| last.max_time);
        let complete = last_max.saturating_sub(first.min_time) == width || last_max <= past;
        if complete && len > 1 && !group.iter().any(|block| block.compaction.failed) {
            return Some((start..start + len).collect());
        }
        start += len;
    }
    None
}

/// The newest large block of which much was deleted. A small block is only looked at when it is the newest one, and taken
/// when as many ranges as it has series were deleted: it will soon be put together with others anyway.
fn much_deleted(blocks: &[BlockMeta], widths: &[i64]) -> Vec<usize> {
    let large = widths.get(widths.len() / 2).copied().unwrap_or(i64::MAX);
    for (index, block) in blocks.iter().enumerate().rev() {
        let stats = &block.stats;
        if block.max_time.saturating_sub(block.min_time) < large {
            let all = stats.num_tombstones > 0 && stats.num_tombstones >= stats.num_series;
            return if all { vec![index] } else { Vec::new() };
        }
        if stats.num_tombstones * 100 > (stats.num_series + 1) * TOMBSTONES_PERCENT {
            return vec![index];
        }
    }
    Vec::new()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn blocks(ranges: &[(i64, i64)]) -> Vec<BlockMeta> {
        let meta = |(min_time, max_time): &(i64, i64)| BlockMeta {
            min_time: *min_time,
            max_time: *max_time,
            ..BlockMeta::default()
        };
        ranges.iter().map(meta).collect()
    }

    #[test]
    fn groups() {
        let widths = level_widths(20, 240);
        assert_eq!(widths, [20, 60, 180]);
        type Case<'a> = (&'a [(i64, i64)], &'a [usize]);
        let cases: [Case<'_>; 9] = [
            (&[], &[]),
            (&[(0, 20)], &[]),
            (&[(0, 20), (20, 40)], &[]),
            (&[(0, 20), (20, 40), (40, 60)], &[]),
            (&[(0, 20), (20, 40), (40, 60), (60, 80)], &[0, 1, 2]),
            (&[(20, 40), (40, 60), (60, 80)], &[]),
            (&[(20, 40), (40, 60), (60, 80), (80, 100)], &[0, 1]),
            (&[(0, 60), (60, 120), (120, 180), (180, 200)], &[0, 1, 2]),
            (&[(0, 20), (10, 30), (60, 80)], &[0, 1]),
        ];
        for (ranges, want) in cases {
            assert_eq!(plan(&blocks(ranges), &widths, true), want, "{ranges:?}");
        }
        let mut late = blocks(&[(0, 20), (20, 40), (20, 40), (40, 60), (60, 80)]);
        for index in [2, 3, 4] {
            late[index].compaction.hints = vec![crate::block::meta::OUT_OF_ORDER.to_owned()];
        }
        assert_eq!(plan(&late, &widths, true), [1, 2], "those in front of the head's samples only");
        late.remove(2);
        assert!(plan(&late, &widths, true).is_empty());
    }

    /// One line of the table: blocks sorted as a database sorts them, and the positions in them that are expected.
    fn case(line: &str) -> Option<(i64, Vec<BlockMeta>, Vec<usize>)> {
        let mut parts = line.split('|');
        let widest = parts.next()?.trim().parse().ok()?;
        let mut metas = Vec::new();
        for (index, text) in parts.next()?.split_whitespace().enumerate() {
            let (range, counts) = text.split_once(':')?;
            let (stones, series) = counts.split_once('/')?;
            let (min_time, max_time) = range.trim_end_matches('!').split_once("..")?;
            let mut meta = BlockMeta {
                min_time: min_time.parse().ok()?,
                max_time: max_time.parse().ok()?,
                ..BlockMeta::default()
            };
            meta.compaction.failed = range.ends_with('!');
            meta.stats.num_tombstones = stones.parse().ok()?;
            meta.stats.num_series = series.parse().ok()?;
            metas.push((index, meta));
        }
        metas.sort_by_key(|(index, meta)| (meta.min_time, meta.max_time, *index));
        let chosen: Vec<usize> =
            parts.next()?.split_whitespace().map(str::parse).collect::<Result<_, _>>().ok()?;
        let places = (0..metas.len()).filter(|place| chosen.contains(&metas[*place].0)).collect();
        Some((widest, metas.into_iter().map(|(_, meta)| meta).collect(), places))
    }

    #[test]
    fn chooses_as_prometheus_does() {
        let lines = include_str!("../../testdata/plans.txt").lines().filter(|line| !line.starts_with('#'));
        let mut count = 0;
        for line in lines {
            let (widest, metas, want) = case(line).unwrap();
            assert_eq!(plan(&metas, &level_widths(20, widest), true), want, "{line}");
            count += 1;
        }
        assert_eq!(count, 70);
    }
}
