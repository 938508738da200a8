//! Where Narthex differs from the newest Prometheus, and why.

use super::compare::Difference;

/// Differences that are meant: any of the fields, in any of the requests.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Allowed {
    /// Parts of the requests; an empty one is in all.
    requests: &'static [&'static str],
    /// The fields; a `*` in one stands for anything.
    fields: &'static [&'static str],
    /// A part of what we or they say; empty for anything.
    says: &'static str,
    /// Why.
    #[expect(dead_code, reason = "shown by Debug, when a difference is gone; and read here")]
    reason: &'static str,
}

const fn allow(
    requests: &'static [&'static str],
    fields: &'static [&'static str],
    says: &'static str,
    reason: &'static str,
) -> Allowed {
    Allowed { requests, fields, says, reason }
}

/// The entry that allows a difference.
pub(crate) fn reason(request: &str, difference: &Difference) -> Option<usize> {
    let is_field = |field: &str| match field.split_once('*') {
        Some((begin, end)) => difference.field.starts_with(begin) && difference.field.ends_with(end),
        None => difference.field == field,
    };
    ALLOWED.iter().position(|allowed| {
        let says = difference.ours.contains(allowed.says) || difference.theirs.contains(allowed.says);
        says && allowed.fields.iter().any(|field| is_field(field))
            && allowed.requests.iter().any(|part| request.contains(part))
    })
}

const MEASURED: &str = "a measurement, or a moment: different at every run";
const NEWER: &str = "newer than 3.14, which is the reference";
const NAMES: &str = "the servers have names, versions and flags of their own";
const STRICT: &str = "a mistake in the request is an error here; Prometheus ignores the parameter";
const WORDS: &str = "the same error in other words: theirs names functions and types of Go";
const HEAD: &str = "HEAD is answered wherever GET is";
const JSON: &str = "below /api/v1 every error is JSON";
const TIMES: &str = "a time that no sample can have is an error here; theirs overflows";

/// All of them.
pub(crate) const ALLOWED: &[Allowed] = &[
    allow(&[""], &[".data.stats.timings*"], "", MEASURED),
    allow(&["stats="], &[".data.stats.samples*"], "", NEWER),
    allow(&["limit=", "exclude_alerts=x", "skip_head=x"], &[".error"], "strconv.", WORDS),
    allow(&["relabel_steps"], &[".error"], "error parsing labels", WORDS),
    allow(&["time=NaN", "time=1e20"], &["*"], "", TIMES),
    allow(&["Accept-Encoding=*"], &["header content-encoding"], "gzip", "who takes anything takes gzip"),
    allow(&[";x=1", "%zz", "/federate?match[]=%7B%7D"], &["*"], "", STRICT),
    allow(&[" /api/v1/targets"], &[".data.activeTargets[].lastScrape*"], "", MEASURED),
    allow(&[" /api/v1/targets"], &[".data.activeTargets[].lastError"], "connection refused", WORDS),
    allow(
        &[" /api/v1/targets"],
        &[".data.activeTargets[].discoveredLabels.__*", ".data.droppedTargets[].discoveredLabels.__*"],
        "",
        NEWER,
    ),
    allow(&["/status/config"], &[".data.yaml"], "", "3.16 prints fields that 3.14 does not have"),
    allow(&["/status/runtimeinfo"], &[".data.GO*"], "", "there is no Go runtime here"),
    allow(&["/status/runtimeinfo"], &[".data.goroutineCount"], "", "threads stand for goroutines"),
    allow(&["/status/runtimeinfo"], &[".data.*Time"], "", MEASURED),
    allow(&["/status/buildinfo", "/status/flags"], &[".data.*"], "", NAMES),
    allow(&["/version"], &[".*"], "", NAMES),
    allow(&["/version"], &["header content-type"], "", "JSON is called JSON here"),
    allow(&["/status/tsdb"], &[".data.headStats.m*"], "", MEASURED),
    allow(
        &["/status/tsdb"],
        &[".data.memoryInBytesByLabelName[].value"],
        "",
        "the two keep labels in different forms",
    ),
    allow(&["/status/tsdb"], &[".data.*[].name"], "", "entries with the same count have no order"),
    allow(
        &["/status/tsdb/blocks"],
        &[".data.blocks[]*"],
        "01",
        "names of blocks hold the moment at which they were written",
    ),
    allow(&["/api/v1/features"], &[".data.*"], "", "what is newer, not here, or always on here"),
    allow(&["/api/v1/nope", "/api/v1/status/nope"], &["*"], "", JSON),
    allow(&["GET /api/v1/status"], &["*"], "there is no endpoint", JSON),
    allow(&["GET /api/v1/status"], &["header content-type"], "application/json", JSON),
    allow(&[" /-/"], &["text"], "Server is", NAMES),
    allow(&["HEAD /api/v1"], &["*"], "", HEAD),
    allow(&["HEAD /-/"], &["header content-type"], "", "HEAD has the headers of GET"),
    allow(&[".ico", "/robots.txt"], &["header cache-control"], "", "files of the pages"),
    allow(&["/consoles/x"], &["text"], "", "there are no console templates here"),
    allow(&["/snapshot"], &[".data.name"], "", MEASURED),
    allow(&["/-/reload"], &["header content-type"], "", "an empty answer"),
];
