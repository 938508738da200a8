//! `narthex tsdb create-blocks-from openmetrics`: a file of samples → blocks.
//!
//! A first pass checks the file and counts the samples of every range; then as many ranges as fit into memory are
//! filled by each further pass, so that a small file is read twice and a large one not once per block.

use std::collections::BTreeMap;
use std::path::Path;

use narthex_exposition::{Entry, Parser, ParserOptions, Protocol};
use narthex_model::{Labels, LabelsBuilder};
use narthex_tsdb::BlockBuilder;

use super::progress::Progress;
use super::table::print_blocks;
use crate::cli::ImportOptions;

/// Range of a block, milliseconds.
const BLOCK_MS: i64 = 2 * 60 * 60 * 1000;
/// A longer one is so many times as long, as often as it fits: what compaction makes of blocks.
const LEVEL_FACTOR: i64 = 3;
const LEVELS: u32 = 10;
/// Samples in memory at once (about two bytes each).
const SAMPLES_MAX: u64 = 50_000_000;

pub(super) fn run(
    options: &ImportOptions,
    labels: &[String],
    input: &Path,
    output: &Path,
) -> Result<(), String> {
    let width = block_width(options)?;
    let extra = labels.iter().map(|text| pair(text)).collect::<Result<Vec<_>, _>>()?;
    let page = std::fs::read(input).map_err(|error| format!("{}: {error}", input.display()))?;
    std::fs::create_dir_all(output).map_err(|error| format!("create output dir: {error}"))?;
    let ranges = count(&page, width)?;
    let mut left: Vec<(i64, u64)> = ranges.into_iter().collect();
    let mut with_header = true;
    while !left.is_empty() {
        let mut samples = 0;
        let fits = left.iter().take_while(|(_, count)| {
            samples += count;
            samples <= SAMPLES_MAX
        });
        let rest = left.split_off(fits.count().max(1));
        let builders = fill(&page, width, &left, &extra)?;
        left = rest;
        for builder in builders {
            let block = builder.finish(output).map_err(|error| format!("block creation: {error}"))?;
            if let Some(block) = block.filter(|_| !options.quiet) {
                print_blocks(&[block], with_header, options.human_readable);
                with_header = false;
            }
        }
    }
    Ok(())
}

fn block_width(options: &ImportOptions) -> Result<i64, String> {
    let Some(text) = &options.max_block_duration else { return Ok(BLOCK_MS) };
    let longest =
        narthex_model::duration::parse_ms(text).map_err(|error| format!("--max-block-duration: {error}"))?;
    let widths = (0..LEVELS).map(|level| BLOCK_MS * LEVEL_FACTOR.pow(level));
    Ok(widths.take_while(|width| *width <= longest).last().unwrap_or(BLOCK_MS))
}

fn pair(text: &str) -> Result<(&str, &str), String> {
    text.split_once('=').ok_or_else(|| format!("--label={text}: expected NAME=VALUE"))
}

/// Where the range of a time starts.
fn range_start(t: i64, width: i64) -> i64 {
    t.div_euclid(width) * width
}

/// The samples of every range that has any.
fn count(page: &[u8], width: i64) -> Result<BTreeMap<i64, u64>, String> {
    let mut ranges = BTreeMap::new();
    each_sample(page, "checking", &mut |_, t, _| {
        *ranges.entry(range_start(t, width)).or_default() += 1;
    })
    .map_err(|error| format!("getting min and max timestamp: {error}"))?;
    Ok(ranges)
}

/// One builder per range, in the order of the ranges.
fn fill(
    page: &[u8],
    width: i64,
    ranges: &[(i64, u64)],
    extra: &[(&str, &str)],
) -> Result<Vec<BlockBuilder>, String> {
    let mut builders: Vec<BlockBuilder> = ranges.iter().map(|_| BlockBuilder::default()).collect();
    let mut twice = None;
    each_sample(page, "importing", &mut |builder, t, v| {
        let start = range_start(t, width);
        let Ok(index) = ranges.binary_search_by_key(&start, |range| range.0) else { return };
        if twice.is_none() {
            twice = builder.first_duplicate().map(str::to_owned);
        }
        extra.iter().for_each(|(name, value)| {
            builder.set(name, value);
        });
        if let Some(target) = builders.get_mut(index) {
            let labels: Labels = builder.build();
            target.append(labels, t, v);
        }
    })
    .map_err(|error| format!("block creation: parse: {error}"))?;
    match twice {
        Some(name) => Err(format!("block creation: add sample: label name \"{name}\" is not unique")),
        None => Ok(builders),
    }
}

/// Calls `visit` with the labels, time and value of every sample.
fn each_sample(
    page: &[u8],
    label: &'static str,
    visit: &mut dyn FnMut(&mut LabelsBuilder, i64, f64),
) -> Result<(), String> {
    let mut parser = Parser::new(page, Protocol::OpenMetrics100, ParserOptions::default());
    let mut progress = Progress::new(label, page.len() as u64);
    let mut builder = LabelsBuilder::new();
    let start = page.as_ptr() as usize;
    while let Some(entry) = parser.next() {
        let Entry::Series(series) = entry.map_err(|error| error.to_string())? else { continue };
        builder.clear();
        series.labels_into(&mut builder);
        let Some(t) = series.timestamp else {
            let labels = builder.build();
            return Err(format!("expected timestamp for series {labels}, got none"));
        };
        progress.at((series.series().as_ptr() as usize).saturating_sub(start) as u64);
        visit(&mut builder, t, series.value);
    }
    Ok(())
}
