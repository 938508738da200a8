//! The HTTP API beside a real Prometheus' (`make interop`): the same blocks, configuration and targets on both, every
//! request of `requests` sent to both, and the answers compared field by field. What differs must be listed in `allowed`,
//! with its reason; a reason that is never needed fails, too. Without `NARTHEX_PEERS_BIN` it says SKIPPED.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on should say where it stopped")]

mod allowed;
mod clients;
mod compare;
mod metrics;
mod requests;
mod setup;

use std::collections::BTreeSet;
use std::fmt::Write as _;

use narthex_tests::request;

use compare::differences;
use requests::{Request, requests};
use setup::Pair;

#[test]
fn every_answer_is_the_same_or_differs_for_a_reason() {
    let Some(pair) = Pair::start() else { return };
    let (mut report, mut used) = (String::new(), BTreeSet::new());
    let all = requests();
    assert!(all.len() > 400, "the list of requests got lost");
    for asked in &all {
        let mut unexplained = Vec::new();
        for difference in ask_both(&pair, asked) {
            match allowed::reason(&asked.to_string(), &difference) {
                Some(index) => _ = used.insert(index),
                None => unexplained.push(difference),
            }
        }
        if !unexplained.is_empty() {
            let _ = writeln!(report, "{asked}");
            unexplained.iter().take(12).for_each(|difference| _ = writeln!(report, "    {difference}"));
        }
    }
    assert!(report.is_empty(), "{} requests, unexplained differences:\n{report}", all.len());
    let unused: Vec<_> = (0..allowed::ALLOWED.len()).filter(|index| !used.contains(index)).collect();
    let named: Vec<_> = unused.iter().map(|index| allowed::ALLOWED[*index]).collect();
    assert!(named.is_empty(), "differences that no longer are: {named:#?}");
}

fn ask_both(pair: &Pair, asked: &Request) -> Vec<compare::Difference> {
    let headers: Vec<(&str, &str)> = asked.headers.to_vec();
    let ask = |port| request(port, asked.method, &asked.path, &headers, asked.body.as_bytes()).unwrap();
    differences(&asked.path, &ask(pair.ours), &ask(pair.theirs))
}

#[test]
fn own_metrics_have_the_same_types_and_labels() {
    let Some(pair) = Pair::start() else { return };
    let [ours, theirs] = [pair.ours, pair.theirs].map(|port| {
        let page = request(port, "GET", "/metrics", &[], b"").unwrap().text();
        setup::families(&page)
    });
    let mut wrong = Vec::new();
    for (name, family) in &ours {
        match theirs.get(name) {
            Some(other) if other.kind != family.kind => {
                wrong.push(format!("{name}: ours {}, theirs {}", family.kind, other.kind));
            }
            // A series that has not come to be on one side tells nothing about labels.
            Some(other) if !family.labels.is_empty() && !other.labels.is_empty() => {
                if !family.labels.is_subset(&other.labels) {
                    wrong.push(format!("{name}: ours {:?}, theirs {:?}", family.labels, other.labels));
                }
            }
            Some(_) => {}
            None if name.starts_with("narthex_") || name.starts_with("process_") => {}
            None if metrics::ONLY_OURS.iter().any(|(only, _)| only == name) => {}
            None => wrong.push(format!("{name}: only ours")),
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    let shared: Vec<_> = metrics::ONLY_OURS
        .iter()
        .filter(|(only, _)| theirs.contains_key(*only) || !ours.contains_key(*only))
        .collect();
    assert!(shared.is_empty(), "not only ours, or not even ours: {shared:#?}");
    let missing: Vec<_> =
        theirs.keys().filter(|name| !ours.contains_key(*name) && !metrics::is_explained(name)).collect();
    assert!(missing.is_empty(), "theirs alone, and no reason is given: {missing:#?}");
}

/// The lines of a page without what differs between two scrapes; labels in order.
fn federated(page: &str) -> BTreeSet<String> {
    let line = |line: &str| {
        if line.starts_with('#') {
            return line.to_owned();
        }
        let (series, rest) = line.rsplit_once('}').unwrap_or((line, ""));
        let (name, labels) = series.split_once('{').unwrap_or((series, ""));
        let labels: BTreeSet<_> = labels.split("\",").map(|pair| pair.trim_end_matches('"')).collect();
        format!("{name} {labels:?} {}", rest.split(' ').nth(1).unwrap_or_default())
    };
    // How long a scrape took is not the same twice.
    page.lines().filter(|text| !text.contains("scrape_duration_seconds")).map(line).collect()
}

#[test]
fn federation_shows_the_same_samples() {
    let Some(pair) = Pair::start() else { return };
    const PROTOBUF: &str =
        "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited";
    let path = "/federate?match[]=%7Bjob%3D%22native%22%7D&match[]=temperature_celsius";
    for accept in
        ["text/plain;version=0.0.4", "application/openmetrics-text;version=1.0.0", "*/*", "", PROTOBUF]
    {
        let [ours, theirs] = [pair.ours, pair.theirs]
            .map(|port| request(port, "GET", path, &[("Accept", accept)], b"").unwrap());
        let kind = |head: &str| {
            head.lines()
                .find(|line| line.to_ascii_lowercase().starts_with("content-type:"))
                .map(str::to_lowercase)
        };
        assert_eq!(kind(&ours.head), kind(&theirs.head), "{accept}");
        if accept != PROTOBUF {
            assert_eq!(federated(&ours.text()), federated(&theirs.text()), "{accept}");
            continue;
        }
        // The native histogram is only here: a family's first field is its name.
        const NAME: &[u8] = b"\x0a\x0asize_bytes";
        for page in [&ours, &theirs] {
            assert!(page.body.windows(NAME.len()).any(|bytes| bytes == NAME), "{accept}");
        }
    }
}
