//! The configuration files of the test material: good ones load, bad ones fail with a message that names the place.

use std::path::{Path, PathBuf};

use super::Config;

fn folder(name: &str) -> Option<PathBuf> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/corpora/config").join(name);
    if !path.is_dir() {
        println!("SKIPPED: {} is not there", path.display());
        return None;
    }
    Some(path)
}

fn load_text(text: &str) -> Result<Config, String> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("p.yml");
    std::fs::write(&path, text).unwrap();
    let place = format!("{}/", folder.path().display());
    Config::load(&path).map_err(|error| error.to_string().replace(&place, ""))
}

/// Whose names do not say what is expected, or that mean another mode (agent) or operating system.
fn is_good(name: &str) -> bool {
    name.contains(".good.")
        || matches!(
            name,
            "otlp_empty.yml"
                | "scrape_config_default_validation_mode.yml"
                | "scrape_config_global_validation_mode.yml"
                | "scrape_config_local_global_validation_mode.yml"
                | "scrape_config_local_infer_escaping.yml"
                | "scrape_config_local_validation_mode.yml"
        )
        || name.starts_with("agent_mode.")
}

/// What is wrong in each bad file: `FILE LINE:COLUMN FIELD`, the first problem of it.
const VERDICTS: &str = include_str!("tests/verdicts.txt");

/// Place and field of the first problem; files of more jobs are named, as they are other ones.
fn verdict(name: &str, text: &str) -> String {
    let first = text.lines().next().unwrap_or_default();
    let mut parts = first.splitn(4, ':');
    let [file, line, column] = [0; 3].map(|_| parts.next().unwrap_or_default());
    let rest = parts.next().unwrap_or_default().trim_start();
    let field = rest.split_once(": ").map_or(rest, |(field, _)| field);
    let file = if file.ends_with(name) { String::new() } else { format!(" in {file}") };
    format!("{name} {line}:{column} {field}{file}")
}

#[test]
fn every_file_of_the_corpus_has_its_verdict() {
    let Some(folder) = folder("testdata") else { return };
    let mut names: Vec<_> = std::fs::read_dir(&folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
        .filter(|name| name.ends_with(".yml"))
        .collect();
    names.sort();
    assert!(names.len() > 100, "{}", names.len());
    let (mut wrong, mut found) = (Vec::new(), String::new());
    for name in names {
        match (Config::load(&folder.join(&name)), is_good(&name)) {
            (Err(error), true) => wrong.push(format!("{name} is good: {error}")),
            (Ok(_), false) => wrong.push(format!("{name} is bad, but loads")),
            (Err(error), false) => {
                let text = error.to_string().replace(&format!("{}/", folder.display()), "");
                println!("{text}");
                found.push_str(&verdict(&name, &text));
                found.push('\n');
            }
            (Ok(_), true) => {}
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert_eq!(found, VERDICTS, "the verdicts are now\n{found}");
}

#[test]
fn what_is_printed_loads_again_as_the_same() {
    let Some(folder) = folder("testdata") else { return };
    for name in ["conf.good.yml", "roundtrip.good.yml", "scrape_interval_larger.good.yml", "otlp_empty.yml"] {
        let first = Config::load(&folder.join(name)).unwrap().to_yaml();
        for secret in ["mysecret", "multiline", "456"] {
            assert!(!first.contains(&format!(": {secret}")), "{secret} in {first}");
        }
        let again = load_text(&first).map(|config| config.to_yaml());
        // Paths are relative to the file's folder: only the first load changes them.
        let place = format!("{}/", folder.display());
        assert_eq!(again.map(|text| text.replace(&place, "")), Ok(first.replace(&place, "")), "{name}");
    }
}

/// Whose mistake is in a file that is read when a request is made.
const READ_WHEN_USED: &[&str] = &["http.conf.invalid-bearer-token-file.bad.yml"];

#[test]
fn http_client_files() {
    let Some(folder) = folder("http_config") else { return };
    let mut wrong = Vec::new();
    for entry in std::fs::read_dir(&folder).unwrap().flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        let (http, tls) = (name.starts_with("http.conf"), name.starts_with("tls_config"));
        if !(http || tls) || !name.ends_with("ml") {
            continue;
        }
        let text = std::fs::read_to_string(entry.path()).unwrap();
        let indent = if tls { "      " } else { "    " };
        let body: String = text.lines().map(|line| format!("{indent}{line}\n")).collect();
        let header = if tls { "    tls_config:\n" } else { "" };
        let config = format!("scrape_configs:\n  - job_name: x\n{header}{body}");
        let good = !name.contains("bad") || READ_WHEN_USED.contains(&name.as_str());
        let verdict = load_text(&config);
        if verdict.is_ok() != good {
            wrong.push(format!("{name} : {:?}", verdict.err()));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn messages_say_file_line_column_field_and_what_is_expected() {
    for (text, message) in [
        (
            "global:\n  scrape_interval: 15 s\n",
            "p.yml:2:20: global.scrape_interval: \"15 s\" is not a duration: expected numbers with the units y, w, d, h, m, s, ms in this order, for example 15s or 1h30m",
        ),
        (
            "scrape_configs:\n  - job_name: a\n    static_config: []\n",
            "p.yml:3:5: scrape_configs[0].static_config: unknown field in a scrape config: did you mean static_configs?",
        ),
        (
            "scrape_configs:\n  - job_name: a\n    metric_name_validation_scheme: foo\n",
            "p.yml:3:36: scrape_configs[0].metric_name_validation_scheme: \"foo\": expected one of utf8, legacy",
        ),
        (
            "scrape_configs: {}\n",
            "p.yml:1:17: scrape_configs: a mapping: expected a list, each item a scrape config",
        ),
        (
            "scrape_configs:\n  - job_name: a\n  - job_name: a\n",
            "p.yml:3:15: scrape_configs[1].job_name: \"a\" is used twice: first in line 2",
        ),
    ] {
        assert_eq!(load_text(text).unwrap_err(), message);
    }
}

#[test]
fn printed_as_prometheus_prints_it() {
    let text = "global:\n  external_labels: {b: x, a: 'true'}\nscrape_configs:\n  - job_name: node\n    bearer_token: abc\n    static_configs:\n      - targets: ['127.0.0.1:1']\n";
    let expected = "global:\n  scrape_interval: 1m\n  scrape_timeout: 10s\n  evaluation_interval: 1m\n  external_labels:\n    a: \"true\"\n    b: x\nruntime:\n  gogc: 75\nscrape_configs:\n- job_name: node\n  honor_timestamps: true\n  track_timestamps_staleness: false\n  scrape_interval: 1m\n  scrape_timeout: 10s\n  scrape_protocols:\n  - OpenMetricsText1.0.0\n  - OpenMetricsText0.0.1\n  - PrometheusText1.0.0\n  - PrometheusText0.0.4\n  scrape_native_histograms: false\n  always_scrape_classic_histograms: false\n  convert_classic_histograms_to_nhcb: false\n  extra_scrape_metrics: false\n  metrics_path: /metrics\n  scheme: http\n  enable_compression: true\n  metric_name_validation_scheme: utf8\n  metric_name_escaping_scheme: allow-utf-8\n  authorization:\n    type: Bearer\n    credentials: <secret>\n  follow_redirects: true\n  enable_http2: true\n  static_configs:\n  - targets:\n    - 127.0.0.1:1\notlp:\n  translation_strategy: UnderscoreEscapingWithSuffixes\n";
    assert_eq!(load_text(text).unwrap().to_yaml(), expected);
}

#[test]
fn claims_keep_the_types_that_yaml_gives_them() {
    let text = "scrape_configs:\n- job_name: a\n  oauth2:\n    client_id: a\n    client_certificate_key: secret\n    grant_type: urn:ietf:params:oauth:grant-type:jwt-bearer\n    claims:\n      admin: true\n      level: 7\n      groups: [ops, '8', {a: 0.5}]\n    token_url: http://a\n";
    let printed = load_text(text).unwrap().to_yaml();
    let expected = "  oauth2:\n    client_id: a\n    client_certificate_key: <secret>\n    grant_type: urn:ietf:params:oauth:grant-type:jwt-bearer\n    claims:\n      admin: true\n      groups:\n      - ops\n      - \"8\"\n      - a: 0.5\n      level: 7\n    token_url: http://a\n";
    assert!(printed.contains(expected), "{printed}");
    assert!(load_text(&printed).is_ok(), "{:?}", load_text(&printed).err());
}

/// What a prober is to visit stands where addresses stand, and rules put it into its place.
#[test]
fn urls_are_targets_where_rules_make_addresses_of_them() {
    let text = |rules: &str| {
        format!(
            "scrape_configs:\n- job_name: b\n  static_configs: [{{targets: ['https://a.example']}}]\n{rules}"
        )
    };
    let message = load_text(&text("")).unwrap_err();
    assert!(message.contains("p.yml:3:31: scrape_configs[0].static_configs[0].targets[0]"), "{message}");
    let rules = "  relabel_configs: [{target_label: __address__, replacement: '127.0.0.1:9115'}]\n";
    assert!(load_text(&text(rules)).is_ok());
}

/// Each with a part of the field's path; all of them are refused by a real Prometheus, too.
#[test]
fn what_prometheus_refuses_is_refused() {
    for (text, field) in [
        ("scrape_configs: [{job_name: a, sample_limit: '10'}]", "sample_limit"),
        ("scrape_configs: [{job_name: a, scrape_protocols: []}]", "scrape_protocols"),
        ("global: {scrape_protocols: []}", "global.scrape_protocols"),
        ("scrape_configs: [{job_name: a, static_configs: [{labels: {'': x}}]}]", "static_configs[0].labels"),
        (
            "scrape_configs: [{job_name: a, relabel_configs: [{source_labels: [''], target_label: x}]}]",
            "relabel_configs[0].source_labels[0]",
        ),
        (
            "scrape_configs:\n- job_name: a\n  metric_name_validation_scheme: legacy\n  relabel_configs: [{target_label: a.b}]",
            "4:36: scrape_configs[0].relabel_configs[0].target_label",
        ),
        (
            "global: {metric_name_validation_scheme: legacy}\nalerting: {alert_relabel_configs: [{target_label: a.b}]}",
            "alerting.alert_relabel_configs[0].target_label",
        ),
        (
            "alerting: {alertmanagers: [{sigv4: {}, basic_auth: {username: x}}]}",
            "alerting.alertmanagers[0].sigv4",
        ),
        (
            "global: {metric_name_validation_scheme: legacy}\nremote_write: [{url: 'http://a', write_relabel_configs: [{action: labelmap, replacement: '-'}]}]",
            "remote_write[0].write_relabel_configs[0].replacement",
        ),
        ("remote_write: [{url: 'http://a', sigv4: {}, authorization: {}}]", "remote_write[0].sigv4"),
        ("remote_write: [{url: 'http://a', azuread: {}}]", "remote_write[0].azuread"),
        (
            "remote_write: [{url: 'http://a', azuread: {managed_identity: {client_id: x}}}]",
            "azuread.managed_identity.client_id",
        ),
        ("remote_write: [{url: 'http://a', queue_config: null}]", "queue_config"),
        (
            "scrape_configs: [{job_name: a, oauth2: {client_id: a, token_url: 'http://a', grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer', signature_algorithm: ES256}}]",
            "oauth2.signature_algorithm",
        ),
        (
            "scrape_configs: [{job_name: a, kubernetes_sd_configs: [{role: pod, follow_redirects: false}]}]",
            "kubernetes_sd_configs[0].follow_redirects",
        ),
        (
            "scrape_configs: [{job_name: a, kubernetes_sd_configs: [{role: pod, selectors: [{role: pod, label: 'a in'}]}]}]",
            "selectors[0].label",
        ),
    ] {
        match load_text(text) {
            Ok(_) => panic!("{text} loads"),
            Err(message) => assert!(message.contains(field), "{text}: {message}"),
        }
    }
}

/// All of them load in a real Prometheus.
#[test]
fn what_prometheus_takes_is_taken() {
    for text in [
        "scrape_configs: [{job_name: a, scheme: ftp}]",
        "scrape_configs: [{job_name: a, sample_limit: 1e3}]",
        "scrape_configs: [{job_name: a, fallback_scrape_protocol: ''}]",
        "scrape_configs: [{job_name: a, native_histogram_min_bucket_factor: .inf}]",
        "scrape_configs: [{job_name: a, proxy_url: ''}]",
        "scrape_configs: [{job_name: a, kubernetes_sd_configs: [{role: pod, api_server: ''}]}]",
        "scrape_configs: [{job_name: a, dns_sd_configs: [{names: [x], type: a, port: 1}]}]",
        "scrape_config_files: [nowhere.yml]",
        "rule_files: ['a[0-9]/b*.yml']",
        "otlp: {translation_strategy: ''}",
        "scrape_configs: [{job_name: a, oauth2: {client_id: a, token_url: 'http://a', signature_algorithm: ES256, client_certificate_key: x, client_certificate_key_file: x}}]",
        "global: {scrape_interval: 5s}\n---\nglobal: 5",
    ] {
        assert!(load_text(text).is_ok(), "{text}: {:?}", load_text(text).err());
    }
}
