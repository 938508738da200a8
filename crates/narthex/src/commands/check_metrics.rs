//! `narthex check metrics < PAGE`: whether a page follows the conventions of names and texts, and how many series it has.

use std::io::Read as _;
use std::process::ExitCode;

use narthex_client::MetricFamily;
use narthex_client::testing::lint_families;
use narthex_exposition::encode::MetricValue;
use narthex_exposition::{Protocol, read_families};

use super::{complain, say};

/// The exit code when the page can be read and breaks a convention.
const LINT_CODE: u8 = 3;

/// Checks the page on standard input.
pub(crate) fn run(extended: bool, lint: bool) -> ExitCode {
    let mut page = Vec::new();
    if let Err(error) = std::io::stdin().lock().read_to_end(&mut page) {
        complain(&format!("error while reading standard input: {error}"));
        return ExitCode::FAILURE;
    }
    let families = match read_families(&page, protocol(&page)) {
        // What is only announced has nothing to judge.
        Ok(families) => families.into_iter().filter(|family| !family.metrics.is_empty()).collect::<Vec<_>>(),
        Err(error) => {
            complain(&format!("error while linting: {error}"));
            return ExitCode::FAILURE;
        }
    };
    let mut problems = if lint { lint_families(&families) } else { Vec::new() };
    problems.sort_by(|a, b| (&a.metric, &a.text).cmp(&(&b.metric, &b.text)));
    problems.iter().for_each(|problem| complain(&format!("{} {}", problem.metric, problem.text)));
    if extended {
        table(&families).iter().for_each(|line| say(line));
    }
    if problems.is_empty() { ExitCode::SUCCESS } else { ExitCode::from(LINT_CODE) }
}

/// OpenMetrics is known by its end.
fn protocol(page: &[u8]) -> Protocol {
    if page.trim_ascii_end().ends_with(b"# EOF") { Protocol::OpenMetrics100 } else { Protocol::Text004 }
}

/// How many lines a family has in the text format.
fn series(family: &MetricFamily) -> usize {
    let of = |value: &MetricValue| match value {
        MetricValue::Single(_) | MetricValue::Counter { .. } | MetricValue::Info => 1,
        MetricValue::StateSet(states) => states.len(),
        MetricValue::Summary(summary) => summary.quantiles.len() + 2,
        MetricValue::Histogram(histogram) => histogram.buckets.len() + 2,
    };
    family.metrics.iter().map(|metric| of(&metric.value)).sum()
}

/// The families by their number of series.
fn table(families: &[MetricFamily]) -> Vec<String> {
    let mut counted: Vec<_> = families.iter().map(|family| (family.name.as_str(), series(family))).collect();
    counted.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    let total: usize = counted.iter().map(|(_, count)| count).sum();
    let percent = |count: usize| format!("{:.2}%", count as f64 * 100.0 / total.max(1) as f64);
    let mut rows = vec![["Metric".to_owned(), "Cardinality".to_owned(), "Percentage".to_owned()]];
    rows.extend(counted.iter().map(|(name, count)| [(*name).to_owned(), count.to_string(), percent(*count)]));
    rows.push(["Total".to_owned(), total.to_string(), "100%".to_owned()]);
    let width = |column: usize| rows.iter().map(|row| row[column].len()).max().unwrap_or_default() + 4;
    let (first, second) = (width(0), width(1));
    rows.iter().map(|[name, count, share]| format!("{name:first$}{count:second$}{share}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_what_the_page_shows() {
        let page = b"# TYPE h histogram\nh_bucket{le=\"1\"} 1\nh_bucket{le=\"+Inf\"} 2\nh_sum 3\nh_count 2\n# TYPE g gauge\ng 1\n";
        let families = read_families(page, protocol(page)).unwrap();
        assert_eq!(
            table(&families),
            [
                "Metric    Cardinality    Percentage",
                "h         4              80.00%",
                "g         1              20.00%",
                "Total     5              100%",
            ]
        );
        assert_eq!(protocol(b"a 1\n# EOF\n"), Protocol::OpenMetrics100);
    }
}
