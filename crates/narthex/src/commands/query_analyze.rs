//! `narthex query analyze`: how many buckets histograms really use, over some time.

use std::collections::BTreeMap;
use std::process::ExitCode;

use serde_json::{Map, Value};

use super::{complain, http, query, say};
use crate::cli::HttpFile;

/// What the heading says.
const HEADING: &str = "Bucket stats for each histogram series over time
------------------------------------------------
First the fewest, the mean and the most populated buckets, then the number of buckets
that exist, where that is another one (as it is for most classic histograms).
";

/// Asks `server` for each selector over `duration` up to `time`, and prints the statistics.
pub(crate) async fn run(
    server: &str,
    http: &HttpFile,
    selectors: &[String],
    duration: &str,
    time: Option<&str>,
) -> ExitCode {
    let server = match http::Server::new(server, http) {
        Ok(server) => server,
        Err(error) => {
            complain(&error);
            return ExitCode::FAILURE;
        }
    };
    match analyze(&server, selectors, duration, time).await {
        Ok(text) => {
            say(text.trim_end());
            ExitCode::SUCCESS
        }
        Err(error) => {
            complain(&error);
            ExitCode::FAILURE
        }
    }
}

async fn analyze(
    server: &http::Server,
    selectors: &[String],
    duration: &str,
    time: Option<&str>,
) -> Result<String, String> {
    let now = query::now_seconds();
    let mut classic = BTreeMap::new();
    let mut native = BTreeMap::new();
    for selector in selectors {
        let expr = format!("{selector}[{duration}]");
        let params = [("query", expr.as_str()), ("time", time.unwrap_or(&now))];
        let reply = server.get("api/v1/query", &params).await?;
        let data = query::data(&reply)?;
        for series in data["result"].as_array().into_iter().flatten() {
            read_native(series, &mut native);
            read_classic(series, &mut classic);
        }
    }
    if classic.is_empty() && native.is_empty() {
        return Err(
            "no histogram series match: a selector must choose native histograms, or the _bucket series of \
            classic ones"
                .to_owned(),
        );
    }
    let classic = classic.into_iter().map(|(name, moments)| (name, classic_stats(&moments))).collect();
    Ok(report(&classic, &native))
}

/// The buckets of a series: the fewest, the mean, the most that were populated at a time, and how many exist.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Stats {
    min: usize,
    mean: f64,
    max: usize,
    total: usize,
}

impl Stats {
    /// `total` and the number of populated buckets at each time.
    fn of(populated: &[usize], total: usize) -> Self {
        Self {
            min: populated.iter().copied().min().unwrap_or_default(),
            mean: populated.iter().sum::<usize>() as f64 / populated.len().max(1) as f64,
            max: populated.iter().copied().max().unwrap_or_default(),
            total,
        }
    }
}

/// By series without `le`, by time in text: upper bound and cumulative count of each bucket.
type Moments = BTreeMap<String, Vec<(f64, f64)>>;

fn read_classic(series: &Value, found: &mut BTreeMap<String, Moments>) {
    let Some(mut labels) = series["metric"].as_object().cloned() else { return };
    let bound = labels.remove("le").and_then(|le| number(&le));
    let Some(bound) = bound else { return };
    let moments = found.entry(name(labels)).or_default();
    for point in series["values"].as_array().into_iter().flatten() {
        if let Some(count) = number(&point[1]) {
            moments.entry(point[0].to_string()).or_default().push((bound, count));
        }
    }
}

fn classic_stats(moments: &Moments) -> Stats {
    let mut total = 0;
    let populated: Vec<_> = moments
        .values()
        .map(|buckets| {
            let mut buckets = buckets.clone();
            buckets.sort_by(|a, b| a.0.total_cmp(&b.0));
            total = total.max(buckets.len());
            let mut below = 0.0;
            let mut grew = |count: f64| std::mem::replace(&mut below, count) < count;
            buckets.iter().filter(|(_, count)| grew(*count)).count()
        })
        .collect();
    Stats::of(&populated, total)
}

fn read_native(series: &Value, found: &mut BTreeMap<String, Stats>) {
    let (Some(points), Some(labels)) = (series["histograms"].as_array(), series["metric"].as_object()) else {
        return;
    };
    let mut all = std::collections::BTreeSet::new();
    let mut populated = Vec::new();
    for point in points {
        let buckets = point[1]["buckets"].as_array().map_or(&[][..], Vec::as_slice);
        populated.push(buckets.len());
        all.extend(buckets.iter().map(|bucket| format!("{} {}", bucket[1], bucket[2])));
    }
    found.insert(name(labels.clone()), Stats::of(&populated, all.len()));
}

fn number(value: &Value) -> Option<f64> {
    value.as_str()?.replace("+Inf", "inf").parse().ok()
}

fn name(labels: Map<String, Value>) -> String {
    query::label_text(&Value::Object(labels))
}

fn report(classic: &BTreeMap<String, Stats>, native: &BTreeMap<String, Stats>) -> String {
    let mut lines = vec![HEADING.to_owned()];
    for (kind, all) in [("classic", classic), ("native", native)] {
        for (name, stats) in all {
            let total = if stats.total == stats.max { String::new() } else { format!("/{}", stats.total) };
            lines.push(format!("- {name} ({kind}): {}/{:.3}/{}{total}", stats.min, stats.mean, stats.max));
        }
    }
    lines.push("\nAggregated bucket stats\n-----------------------\nEach line shows fewest/mean/most over the series above.\n".to_owned());
    for (kind, all) in [("Classic", classic), ("Native", native)] {
        if all.is_empty() {
            continue;
        }
        lines.push(format!("{kind} histogram series ({} in total):", all.len()));
        let over = |what: &str, of: fn(&Stats) -> f64| {
            let values: Vec<f64> = all.values().map(of).collect();
            let mean = values.iter().sum::<f64>() / values.len() as f64;
            let (low, high) = values.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), value| {
                (low.min(*value), high.max(*value))
            });
            format!("- {what}: {low:.3}/{mean:.3}/{high:.3}")
        };
        lines.push(over("fewest populated", |stats| stats.min as f64));
        lines.push(over("mean populated", |stats| stats.mean));
        lines.push(over("most populated", |stats| stats.max as f64));
        lines.push(over("total", |stats| stats.total as f64));
    }
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn counts_populated_buckets() {
        let (mut classic, mut native) = (BTreeMap::new(), BTreeMap::new());
        for (le, counts) in [("0.1", ["0", "1"]), ("1", ["0", "1"]), ("+Inf", ["2", "5"])] {
            let series = json!({
                "metric": {"__name__": "h_bucket", "le": le},
                "values": [[1, counts[0]], [2, counts[1]]],
            });
            read_classic(&series, &mut classic);
        }
        assert_eq!(classic_stats(&classic["h_bucket"]), Stats { min: 1, mean: 1.5, max: 2, total: 3 });
        let histogram = |buckets: Value| json!({"count": "1", "sum": "1", "buckets": buckets});
        let series = json!({
            "metric": {"__name__": "h"},
            "histograms": [
                [1, histogram(json!([[0, "1", "2", "1"]]))],
                [2, histogram(json!([[0, "1", "2", "1"], [0, "2", "4", "1"]]))],
                [3, histogram(json!([[0, "4", "8", "1"]]))],
            ],
        });
        read_native(&series, &mut native);
        assert_eq!(native["h"], Stats { min: 1, mean: 4.0 / 3.0, max: 2, total: 3 });
        let text = report(&BTreeMap::new(), &native);
        assert!(text.contains("- h (native): 1/1.333/2/3\n"), "{text}");
    }
}
