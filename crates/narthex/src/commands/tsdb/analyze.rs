//! `narthex tsdb analyze`: what makes a block large.

use narthex_tsdb::{Ranked, ReadOnlyDb};

use super::super::say;
use super::progress::Progress;
use super::text::go_duration;
use crate::cli::AnalyzeOptions;

pub(super) fn run(options: &AnalyzeOptions) -> Result<(), String> {
    let matchers = options.selector.as_deref().map(super::selector).transpose()?.unwrap_or_default();
    let db = ReadOnlyDb::open(&options.path).map_err(|error| error.to_string())?;
    let mut bar = None;
    let mut progress = |done, total| bar.get_or_insert_with(|| Progress::new("series", total)).at(done);
    let found = db
        .analyze(options.block.as_deref(), &matchers, options.extended, &mut progress)
        .map_err(|error| error.to_string())?;
    drop(bar);
    let meta = &found.meta;
    say(&format!("Block ID: {}", meta.ulid));
    say(&format!("Duration: {}", go_duration(meta.max_time.wrapping_sub(meta.min_time))));
    say(&format!("Total Series: {}", meta.stats.num_series));
    if let Some(selector) = &options.selector {
        say(&format!("Matcher: {selector}"));
    }
    say(&format!("Label names: {}", found.label_names));
    if options.selector.is_some() {
        say(&format!("Matched series: {}", found.series));
    }
    say(&format!("Postings (unique label pairs): {}", found.pairs));
    say(&format!("Postings entries (total label pairs): {}", found.pair_entries));
    for (title, list) in [
        ("Label pairs most involved in churning", &found.pairs_by_churn),
        ("Label names most involved in churning", &found.names_by_churn),
        ("Most common label pairs", &found.pairs_by_series),
        ("Label names with highest cumulative label value length", &found.names_by_bytes),
        ("Highest cardinality labels", &found.names_by_values),
        ("Highest cardinality metric names", &found.metrics_by_series),
    ] {
        print_list(title, list, options.limit);
    }
    let Some(chunks) = found.chunks else { return Ok(()) };
    let total = chunks.float_samples.len() + chunks.histogram_samples.len();
    say("\nCompaction analysis:\n");
    for (what, sizes) in [
        ("samples per float chunk", chunks.float_samples),
        ("bytes per float chunk", chunks.float_bytes),
        ("samples per histogram chunk", chunks.histogram_samples),
        ("bytes per histogram chunk", chunks.histogram_bytes),
        ("buckets per histogram chunk", chunks.histogram_buckets),
    ] {
        distribution(what, sizes, total as u64).iter().for_each(|line| say(line));
        say("");
    }
    Ok(())
}

fn print_list(title: &str, list: &[Ranked], limit: usize) {
    say(&format!("\n{title}:"));
    list.iter().take(limit).for_each(|(number, what)| say(&format!("{number} {what}")));
}

/// How many of the values fall where: about ten rows of a round width, each with a bar of its share of `total`.
fn distribution(what: &str, mut values: Vec<u64>, total: u64) -> Vec<String> {
    values.sort_unstable();
    let (Some(least), Some(most)) = (values.first().copied(), values.last().copied()) else {
        return vec![format!("{what}: N/A")];
    };
    let mut step = 10;
    while step < (most - least) / 10 && step <= 10_000 {
        step *= 10;
    }
    let start = least - least % step;
    let end = most - most % step + step;
    let average = values.iter().sum::<u64>() / values.len() as u64;
    let mut rows = vec![0_u64; ((end - start) / step + 1) as usize];
    for value in &values {
        if let Some(row) = rows.get_mut(((value - start) / step) as usize) {
            *row += 1;
        }
    }
    let digits = |number: u64| number.to_string().len();
    let (left, right) = (digits(end), digits(end + step));
    let wide = digits(rows.iter().copied().max().unwrap_or_default());
    let mut lines = vec![format!("{what} (min/avg/max): {least}/{average}/{most}")];
    for (row, count) in (0..).zip(rows) {
        let (from, to) = (row * step + start + 1, (row + 1) * step + start);
        let bar = "#".repeat((100 * count / total.max(1)) as usize);
        lines.push(format!("[{from:left$}, {to:right$}]: {count:wide$} {bar}"));
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_have_round_borders() {
        let lines = distribution("samples", vec![5, 100, 100, 97], 4);
        assert_eq!(lines.first().unwrap(), "samples (min/avg/max): 5/75/100");
        assert_eq!(lines.get(1).unwrap(), "[  1,  10]: 1 #########################");
        assert_eq!(lines.last().unwrap(), "[111, 120]: 0 ");
        assert_eq!(distribution("x", Vec::new(), 0), ["x: N/A"]);
    }
}
