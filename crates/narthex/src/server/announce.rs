//! What a configuration asks for and this version does not do: listed loudly at every load, so that nobody waits for it.

use crate::config::{Config, Node};

/// One sentence per thing that is accepted but not executed.
pub(crate) fn not_executed(config: &Config) -> Vec<String> {
    let root = config.root();
    let mut found = Vec::new();
    let mut note = |what: String| found.push(what);
    if root.has("rule_files") {
        note("rule_files: rules are read by no one yet, none is evaluated".to_owned());
    }
    if root.get("alerting").is_some_and(|alerting| alerting.has("alertmanagers")) {
        note("alerting.alertmanagers: no alerts are sent yet".to_owned());
    }
    for (field, what) in [
        ("remote_write", "nothing is forwarded yet"),
        ("remote_read", "nothing is read from elsewhere yet"),
        ("tracing", "no traces are sent yet"),
    ] {
        if root.has(field) {
            note(format!("{field}: {what}"));
        }
    }
    if root.get("global").is_some_and(|global| global.has("rule_query_offset")) {
        note("global.rule_query_offset: has no effect yet".to_owned());
    }
    config.jobs().for_each(|job| of_job(job, &mut note));
    found
}

fn of_job(job: &Node, note: &mut impl FnMut(String)) {
    let name = job.str("job_name");
    let scheme = job.str("scheme");
    if !matches!(scheme, "http" | "https") {
        note(format!(
            "job \"{name}\": scheme \"{scheme}\": only targets with a __scheme__ of http or https are scraped"
        ));
    }
    for tls in [job.get("tls_config"), job.get("oauth2").and_then(|oauth2| oauth2.get("tls_config"))]
        .into_iter()
        .flatten()
    {
        if matches!(tls.str("min_version"), "TLS10" | "TLS11")
            || matches!(tls.str("max_version"), "TLS10" | "TLS11")
        {
            note(format!("job \"{name}\": tls_config: TLS 1.0 and 1.1 are not spoken, 1.2 is the oldest"));
        }
    }
    each_reference(job, &mut |field| {
        note(format!("job \"{name}\": {field}: there is no secret manager to ask"));
    });
}

/// The secrets of a section that are said to be kept elsewhere.
fn each_reference(section: &Node, found: &mut impl FnMut(&str)) {
    const REFERENCES: [&str; 8] = [
        "username_ref",
        "password_ref",
        "credentials_ref",
        "client_secret_ref",
        "client_certificate_key_ref",
        "cert_ref",
        "key_ref",
        "ca_ref",
    ];
    for entry in section.entries() {
        if REFERENCES.contains(&entry.key.as_str()) && !entry.node.is_empty() {
            found(&entry.key);
        }
        each_reference(&entry.node, found);
    }
    section.items().iter().for_each(|item| each_reference(item, found));
}
