//! Recorded answers of a real Prometheus, replayed: our server gets the configuration of the recorded one, is asked the same,
//! and every field of the recordings must be in its answers with the same type, and with the same value wherever that
//! follows from the configuration alone. Without the recordings it says SKIPPED.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on should say where it stopped")]

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::time::Duration;

use narthex_client::{Counter, Histogram, Registry, serve};
use narthex_tests::{Process, free_port, get, wait_until};
use serde_json::Value;

/// The recorded server's target that this test serves in its place.
const RECORDED_TARGET: &str = "127.0.0.1:19900";

/// What the recordings have and our answers need not: a field, and the reason.
const MISSING: &[(&str, &str)] = &[
    (".data.alerts[]", "rules are not evaluated yet"),
    (".data.groups[]", "rules are not evaluated yet"),
    (".data.activeAlertmanagers[]", "no alerts are sent yet"),
];

fn recordings() -> Option<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/corpora/http_api");
    if !folder.is_dir() {
        eprintln!("SKIPPED: {} is not there", folder.display());
        return None;
    }
    Some(folder)
}

fn recorded(folder: &Path, name: &str) -> Value {
    let text = std::fs::read_to_string(folder.join(format!("B_{name}.json"))).unwrap();
    serde_json::from_str(&text).unwrap()
}

/// The recorded server's configuration, as it printed it.
fn recorded_config(folder: &Path) -> String {
    let answer = recorded(folder, "status_config");
    answer["data"]["yaml"].as_str().unwrap().to_owned()
}

/// Each field of a value with its type; items of a list are one, and so are the members of a mapping with free keys.
fn shape(value: &Value, path: &str, out: &mut BTreeSet<String>) {
    const FREE: [&str; 9] = [
        "labels",
        "seriesLabels",
        "discoveredLabels",
        "target",
        "annotations",
        "droppedTargetCounts",
        "metric",
        "flags",
        "metadata",
    ];
    match value {
        Value::Object(members) => {
            let free = FREE.iter().any(|name| path.ends_with(&format!(".{name}")));
            for (key, member) in members {
                shape(member, &if free { format!("{path}.*") } else { format!("{path}.{key}") }, out);
            }
        }
        Value::Array(items) => {
            out.insert(format!("{path} list"));
            items.iter().for_each(|item| shape(item, &format!("{path}[]"), out));
        }
        Value::String(_) => _ = out.insert(format!("{path} string")),
        Value::Number(_) => _ = out.insert(format!("{path} number")),
        Value::Bool(_) => _ = out.insert(format!("{path} bool")),
        Value::Null => _ = out.insert(format!("{path} null")),
    }
}

/// Fields of the recording that the answer lacks, without a reason.
fn lacking(recording: &Value, answer: &Value, root: &str) -> Vec<String> {
    let (mut theirs, mut ours) = (BTreeSet::new(), BTreeSet::new());
    shape(recording, root, &mut theirs);
    shape(answer, root, &mut ours);
    let explained = |field: &str| MISSING.iter().any(|(start, _)| field.starts_with(start));
    theirs.difference(&ours).filter(|field| !explained(field)).cloned().collect()
}

/// The parts of a target that follow from the configuration.
fn targets(answer: &Value) -> BTreeSet<String> {
    let part = |target: &Value, name: &str| format!("{name}={}", target[name]);
    let target = |target: &Value| {
        let url = target["globalUrl"].as_str().unwrap_or_default();
        // The name of the machine stands in for loopback addresses.
        let port = url.rsplit(':').next().unwrap_or_default().to_owned();
        let names = [
            "discoveredLabels",
            "labels",
            "scrapePool",
            "scrapeUrl",
            "scrapeInterval",
            "scrapeTimeout",
            "health",
        ];
        format!("{} globalUrl={port}", names.map(|name| part(target, name)).join(" "))
    };
    answer["data"]["activeTargets"].as_array().unwrap().iter().map(target).collect()
}

#[test]
fn answers_have_the_fields_of_the_recorded_ones() {
    let Some(folder) = recordings() else { return };
    let registry = Registry::new();
    Counter::new("flapping_gauge_total", "Something.").register_in(&registry).inc();
    let latency = Histogram::new("prediction_duration_seconds", "How long.").register_in(&registry);
    latency.observe_with_exemplar((), 0.3, &[("trace_id", "abc")]);
    let target = serve("127.0.0.1:0", &registry).unwrap();
    let address = target.address().to_string();
    // Prometheus 3.5 prints one internal field that it does not read.
    let lines = recorded_config(&folder).replace(RECORDED_TARGET, &address);
    let lines = lines.lines().filter(|line| !line.contains("outofordertimewindow"));
    let yaml: String = lines.map(|line| format!("{line}\n")).collect();
    let home = tempfile::tempdir().unwrap();
    std::fs::write(home.path().join("B.yml"), &yaml).unwrap();
    let port = free_port();
    let listen = format!("--web.listen-address=127.0.0.1:{port}");
    let flags =
        ["--config.file=B.yml", "--storage.tsdb.path=data", &listen, "--enable-feature=metadata-wal-records"];
    let _server = Process::start("narthex", &flags, home.path(), port, "/-/ready");
    let ask = |path: &str| get(port, &format!("/api/v1/{path}")).unwrap().json();
    let all_scraped =
        || !ask("targets")["data"]["activeTargets"].to_string().contains("0001-01-01T00:00:00Z");
    assert!(wait_until(Duration::from_secs(30), all_scraped), "{}", ask("targets"));

    let mut wrong = Vec::new();
    for (name, path) in [
        ("alertmanagers", "alertmanagers"),
        ("alerts", "alerts"),
        ("rules", "rules"),
        ("rules_type_alert", "rules?type=alert"),
        ("scrape_pools", "scrape_pools"),
        ("status_buildinfo", "status/buildinfo"),
        ("status_runtimeinfo", "status/runtimeinfo"),
        ("status_tsdb", "status/tsdb"),
        ("status_config", "status/config"),
        ("status_flags", "status/flags"),
        ("targets", "targets"),
        ("targets_state_dropped", "targets?state=dropped"),
        (
            "query_exemplars_query_prediction_duration_seconds_bucket_start_0_end_9999999999",
            "query_exemplars?query=prediction_duration_seconds_bucket&start=0&end=9999999999",
        ),
        (
            "targets_metadata_match_target__7Bjob_3D_22native_22_7D",
            "targets/metadata?match_target=%7Bjob%3D%22native%22%7D",
        ),
    ] {
        let (theirs, ours) = (recorded(&folder, name), ask(path));
        wrong.extend(lacking(&theirs, &ours, "").into_iter().map(|field| format!("{path}: {field}")));
    }
    // The members of the metadata are named after metrics.
    for (name, path, most) in
        [("metadata", "metadata", usize::MAX), ("metadata_limit_3", "metadata?limit=3", 3)]
    {
        let (theirs, ours) = (recorded(&folder, name), ask(path));
        wrong.extend(lacking(&theirs["data"], &ours["data"], ".metadata"));
        let count = ours["data"].as_object().unwrap().len();
        assert!(count > 0 && count <= most, "{path}: {count}");
    }
    assert!(wrong.is_empty(), "fields that are missing or have another type:\n{}", wrong.join("\n"));

    for (name, path) in [("scrape_pools", "scrape_pools"), ("targets_state_dropped", "targets?state=dropped")]
    {
        assert_eq!(ask(path), recorded(&folder, name), "{path}");
    }
    let theirs = recorded(&folder, "targets").to_string().replace(RECORDED_TARGET, &address);
    let theirs: Value = serde_json::from_str(&theirs).unwrap();
    // Nothing but our own target answers here, and the port in its global URL is another one.
    let plain = |value: &Value| -> BTreeSet<String> {
        let cut = |text: String| text.split(" health=").next().unwrap_or_default().to_owned();
        targets(value).into_iter().map(cut).collect()
    };
    assert_eq!(plain(&ask("targets")), plain(&theirs));
    assert_same_config(ask("status/config")["data"]["yaml"].as_str().unwrap(), &yaml);
}

/// What the two servers print of the same configuration: line by line.
fn assert_same_config(ours: &str, theirs: &str) {
    // Of jobs, since 3.5.
    const NEW: [&str; 2] = ["  scrape_native_histograms: false", "  extra_scrape_metrics: false"];
    let ours: Vec<&str> = ours.lines().filter(|line| !NEW.contains(line)).collect();
    let theirs: Vec<&str> = theirs.lines().collect();
    for (number, (ours, theirs)) in ours.iter().zip(&theirs).enumerate() {
        assert_eq!(ours, theirs, "line {}", number + 1);
    }
    assert_eq!(ours.len(), theirs.len());
}

#[test]
fn flags_of_the_recorded_server_exist_with_their_defaults() {
    let Some(folder) = recordings() else { return };
    // Given on the recorded command line, or by the makers of its package.
    const GIVEN: [&str; 11] = [
        "config.file",
        "enable-feature",
        "storage.agent.path",
        "storage.tsdb.max-block-duration",
        "storage.tsdb.min-block-duration",
        "storage.tsdb.path",
        "storage.tsdb.wal-compression-type",
        "web.console.libraries",
        "web.console.templates",
        "web.enable-admin-api",
        "web.listen-address",
    ];
    // Given, too; of Debian alone; shown with their real defaults since.
    const NOT_HERE: [&str; 4] = [
        "web.enable-remote-write-receiver",
        "web.local-assets",
        "storage.agent.retention.max-time",
        "storage.agent.retention.min-time",
    ];
    let home = tempfile::tempdir().unwrap();
    std::fs::write(home.path().join("p.yml"), "").unwrap();
    let port = free_port();
    let listen = format!("--web.listen-address=127.0.0.1:{port}");
    let flags = ["--config.file=p.yml", "--storage.tsdb.path=data", &listen];
    let _server = Process::start("narthex", &flags, home.path(), port, "/-/ready");
    let ours = get(port, "/api/v1/status/flags").unwrap().json();
    let mut wrong = Vec::new();
    for (name, theirs) in recorded(&folder, "status_flags")["data"].as_object().unwrap() {
        match ours["data"].get(name) {
            _ if NOT_HERE.contains(&name.as_str()) => {}
            None => wrong.push(format!("--{name} is not there")),
            Some(ours) if ours != theirs && !GIVEN.contains(&name.as_str()) => {
                wrong.push(format!("--{name}: ours {ours}, theirs {theirs}"));
            }
            Some(_) => {}
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
