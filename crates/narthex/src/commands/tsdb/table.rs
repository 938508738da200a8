//! Blocks as a table: columns of spaces, at least thirteen wide, two between; printed by `list` and by imports.

use narthex_api::rfc3339_ns;
use narthex_tsdb::BlockInfo;

use super::super::say;
use super::text::{go_duration, human_bytes};

const HEADER: [&str; 8] =
    ["BLOCK ULID", "MIN TIME", "MAX TIME", "DURATION", "NUM SAMPLES", "NUM CHUNKS", "NUM SERIES", "SIZE"];
/// A column is at least so wide, the space behind it included.
const WIDTH_MIN: usize = 13;
const SPACE: usize = 2;

/// Prints one line per block.
pub(super) fn print_blocks(blocks: &[BlockInfo], with_header: bool, human_readable: bool) {
    let mut rows = Vec::with_capacity(blocks.len() + 1);
    if with_header {
        rows.push(HEADER.map(str::to_owned));
    }
    rows.extend(blocks.iter().map(|block| row(block, human_readable)));
    lines(&rows).iter().for_each(|line| say(line));
}

fn row(block: &BlockInfo, human_readable: bool) -> [String; 8] {
    let meta = &block.meta;
    let time = |ms: i64| if human_readable { civil_time(ms) } else { ms.to_string() };
    [
        meta.ulid.clone(),
        time(meta.min_time),
        time(meta.max_time),
        go_duration(meta.max_time.wrapping_sub(meta.min_time)),
        meta.stats.num_samples.to_string(),
        meta.stats.num_chunks.to_string(),
        meta.stats.num_series.to_string(),
        if human_readable { human_bytes(block.size) } else { block.size.to_string() },
    ]
}

/// Milliseconds as `2024-01-01 00:00:00 +0000 UTC`, the fraction left out.
fn civil_time(ms: i64) -> String {
    let text = rfc3339_ns(i128::from(ms / 1000) * 1_000_000_000);
    text.replace('T', " ").replace('Z', " +0000 UTC")
}

/// Every column as wide as its widest cell; nothing behind the last one.
fn lines(rows: &[[String; 8]]) -> Vec<String> {
    let width = |column: usize| {
        let cells = rows.iter().filter_map(|row| row.get(column));
        cells.map(|cell| cell.len() + SPACE).max().unwrap_or_default().max(WIDTH_MIN)
    };
    let last = HEADER.len() - 1;
    let widths: Vec<usize> = (0..last).map(width).chain([0]).collect();
    let line = |row: &[String; 8]| {
        row.iter().zip(&widths).map(|(cell, width)| format!("{cell:width$}")).collect::<String>()
    };
    rows.iter().map(line).collect()
}

#[cfg(test)]
mod tests {
    use narthex_tsdb::BlockMeta;

    use super::*;

    #[test]
    fn columns_are_aligned() {
        let meta = BlockMeta {
            ulid: "01M81ZAWPRNY42ZVHWJ9Z1B2W4".to_owned(),
            min_time: 1_704_067_200_000,
            max_time: 1_704_074_385_001,
            ..BlockMeta::default()
        };
        let block = BlockInfo { meta, size: 1_049_600 };
        let found = lines(&[HEADER.map(str::to_owned), row(&block, true)]);
        let (header, line) = (found.first().unwrap(), found.get(1).unwrap());
        for (title, cell) in HEADER.iter().zip([
            "01M81ZAWPRNY42ZVHWJ9Z1B2W4",
            "2024-01-01 00:00:00 +0000 UTC",
            "2024-01-01 01:59:45 +0000 UTC",
            "1h59m45.001s",
            "0  ",
            "0  ",
            "0  ",
            "1MiB1KiB",
        ]) {
            let at = header.find(title).unwrap();
            assert!(line.get(at..).unwrap().starts_with(cell), "{title}: {line}");
        }
        assert!(header.ends_with("  SIZE") && line.ends_with("  1MiB1KiB"));
        assert_eq!(header.find("NUM CHUNKS").unwrap() - header.find("NUM SAMPLES").unwrap(), 13);
    }
}
