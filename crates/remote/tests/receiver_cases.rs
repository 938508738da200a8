//! Sixty recorded requests and the answers of a real Prometheus 3.5.3, played to a database of our own; where newer
//! versions answer otherwise, their answer is in the table.
#![allow(clippy::unwrap_used, reason = "what cannot be unwrapped is a failed test")]

use std::path::Path;

use narthex_model::Matcher;
use narthex_remote::receive::{Options, Receiver, Reply};
use narthex_storage::{Queryable as _, SelectHints, collect_series};
use narthex_tsdb::Db;
use serde_json::Value;

const CASES: &str =
    concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/corpora/remote_write/receiver_cases");

/// Cases whose answer changed since the recording: as 3.16 answers.
const CHANGED: [(&str, u16, &str); 10] = [
    (
        "06_v1_ct_unknown_proto",
        415,
        "got application/x-protobuf;proto=foo.Bar content type; unknown type for remote write protobuf message foo.Bar, \
         supported: prometheus.WriteRequest, io.prometheus.write.v2.Request",
    ),
    ("09_v1_uncompressed_body", 400, "s2: corrupt input"),
    ("10_v1_empty_body", 400, "s2: corrupt input"),
    ("13_v1_framed_snappy", 400, "s2: corrupt input"),
    ("37_v1_hist_count", 400, ""),
    ("38_v1_hist_spans", 400, ""),
    ("39_v1_hist_neg", 400, ""),
    (
        "50_v2_ref_out_of_range",
        400,
        "parsing labels for series [1 99]: labelRefs 1 (name) = 99 (value) outside of symbols table (size 3)",
    ),
    ("51_v2_odd_refs", 400, "parsing labels for series [1 2 1]: invalid labelRefs length 3"),
    (
        "52_v2_no_samples",
        400,
        "TimeSeries must contain at least one sample or histogram for series {__name__=\"b6\"}",
    ),
];

/// The clock at the time of the recording, by the newest samples in it.
const RECORDED_AT_MS: i64 = 1_795_363_446_973;

fn answer(receiver: &Receiver, db: &Db, case: &Value, body: &[u8]) -> Reply {
    let header = |name: &str| case["request_headers"][name].as_str().unwrap_or_default();
    let message = receiver.message(header("Content-Type"), header("Content-Encoding"));
    match message {
        Ok(message) => receiver.receive(db, message, body, RECORDED_AT_MS),
        Err(text) => Reply { status: 415, text, written: None, invalid_labels: 0, without_metadata: 0 },
    }
}

#[test]
fn answers_are_those_of_the_reference() {
    let Ok(index) = std::fs::read_to_string(Path::new(CASES).join("index.json")) else {
        eprintln!("SKIPPED: {CASES} is not there");
        return;
    };
    let index: Value = serde_json::from_str(&index).unwrap();
    let dir = tempfile::tempdir().unwrap();
    let db = Db::open(dir.path(), narthex_tsdb::Options::default()).unwrap();
    let receiver = Receiver::new(Options::default());
    let mut differences = Vec::new();
    let mut played = 0;
    for case in index.as_array().unwrap() {
        let name = case["case"].as_str().unwrap();
        let Ok(body) = std::fs::read(Path::new(CASES).join(format!("{name}.bin"))) else { continue };
        played += 1;
        let reply = answer(&receiver, &db, case, &body);
        let mut expected_text = case["response_body"].as_str().unwrap_or_default().trim_end().to_owned();
        let mut expected_status = case["status"].as_u64().unwrap_or_default() as u16;
        if let Some((_, status, text)) = CHANGED.iter().find(|(changed, ..)| *changed == name) {
            expected_status = *status;
            if !text.is_empty() {
                expected_text = (*text).to_owned();
            }
        }
        if name == "57_v2_bad_hist_count" {
            expected_status = 400;
            expected_text += " for series {__name__=\"b10\"}";
        }
        if (reply.status, reply.text.as_str()) != (expected_status, expected_text.as_str()) {
            differences.push(format!("{name}: {reply:?}, expected {expected_status} {expected_text}"));
        }
        let headers = &case["response_headers"];
        if let Some(samples) = headers["X-Prometheus-Remote-Write-Samples-Written"].as_str() {
            let count = |kind: &str| headers[format!("X-Prometheus-Remote-Write-{kind}-Written")].as_str();
            let written = reply.written.unwrap();
            let found =
                [written.samples, written.histograms, written.exemplars].map(|count| count.to_string());
            let expected = [Some(samples), count("Histograms"), count("Exemplars")];
            if found.each_ref().map(|text| Some(text.as_str())) != expected {
                differences.push(format!("{name}: wrote {written:?}, expected {expected:?}"));
            }
        }
    }
    assert_eq!(played, 60);
    assert!(differences.is_empty(), "{}", differences.join("\n"));
    same_series(&db);
}

/// What is stored afterwards is what the reference stored.
fn same_series(db: &Db) {
    let expected = std::fs::read_to_string(Path::new(CASES).join("series_after.json")).unwrap();
    let expected: Value = serde_json::from_str(&expected).unwrap();
    let mut expected: Vec<String> = expected["data"]
        .as_array()
        .unwrap()
        .iter()
        .map(|series| {
            let labels = series.as_object().unwrap();
            let pairs = labels.iter().map(|(name, value)| (name.as_str(), value.as_str().unwrap()));
            narthex_model::Labels::from_pairs(pairs).to_string()
        })
        .collect();
    let any = Matcher::new(narthex_model::MatchOp::Regex, "__name__", ".+").unwrap();
    let querier = db.querier(i64::MIN, i64::MAX).unwrap();
    let set = querier.select(&SelectHints::default(), &[any]).unwrap();
    let mut found: Vec<String> =
        collect_series(set).unwrap().iter().map(|series| series.labels().to_string()).collect();
    expected.sort();
    found.sort();
    assert_eq!(found, expected);
}
