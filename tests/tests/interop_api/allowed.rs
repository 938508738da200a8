//! Where Narthex differs from the newest Prometheus, and why.

use super::compare::Difference;

/// A difference that is meant.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Allowed {
    /// A part of the request; empty for all.
    request: &'static str,
    /// The field; a `*` in it stands for anything.
    field: &'static str,
    /// A part of what we or they say; empty for anything.
    says: &'static str,
    /// Why.
    #[expect(dead_code, reason = "shown by Debug, when a difference is gone; and read here")]
    reason: &'static str,
}

const fn allow(
    request: &'static str,
    field: &'static str,
    says: &'static str,
    reason: &'static str,
) -> Allowed {
    Allowed { request, field, says, reason }
}

/// The entry that allows a difference.
pub(crate) fn reason(request: &str, difference: &Difference) -> Option<usize> {
    ALLOWED.iter().position(|allowed| {
        let field = match allowed.field.split_once('*') {
            Some((begin, end)) => difference.field.starts_with(begin) && difference.field.ends_with(end),
            None => difference.field == allowed.field,
        };
        let says = difference.ours.contains(allowed.says) || difference.theirs.contains(allowed.says);
        field && says && request.contains(allowed.request)
    })
}

const MEASURED: &str = "a measurement, or a moment: different at every run";
const NEWER: &str = "newer than 3.14, which is the reference";
const NAMES: &str = "the servers have names, versions and flags of their own";
const STRICT: &str = "a mistake in the request is an error here; Prometheus ignores the parameter";
const WORDS: &str = "the same error in other words: theirs names functions and types of Go";
const HEAD: &str = "HEAD is answered wherever GET is";
const JSON: &str = "below /api/v1 every error is JSON";

/// All of them.
pub(crate) const ALLOWED: &[Allowed] = &[
    allow("", ".data.stats.timings*", "", MEASURED),
    allow("stats=", ".data.stats.samples*", "", NEWER),
    allow("limit=", ".error", "strconv.Atoi", WORDS),
    allow("exclude_alerts=x", ".error", "strconv.ParseBool", WORDS),
    allow("skip_head=x", ".error", "strconv.ParseBool", WORDS),
    allow("group_limit=x", ".error", "strconv.ParseInt", WORDS),
    allow("relabel_steps", ".error", "error parsing labels", WORDS),
    allow("time=NaN", "*", "", "a time that is none is an error here; theirs takes an arbitrary one"),
    allow("time=1e20", "*", "", "a time that no sample can have is an error here; theirs overflows"),
    allow("Accept-Encoding=*", "header content-encoding", "gzip", "who takes anything takes gzip"),
    allow(";x=1", "*", "", STRICT),
    allow("%zz", "*", "", STRICT),
    allow("/federate?match[]=%7B%7D", "*", "", STRICT),
    allow(" /api/v1/targets", ".data.activeTargets[].lastScrape*", "", MEASURED),
    allow(" /api/v1/targets", ".data.activeTargets[].lastError", "connection refused", WORDS),
    allow(" /api/v1/targets", ".data.activeTargets[].discoveredLabels.__*", "", NEWER),
    allow(" /api/v1/targets", ".data.droppedTargets[].discoveredLabels.__*", "", NEWER),
    allow("/status/config", ".data.yaml", "", "3.16 prints fields that 3.14 does not have"),
    allow("/status/runtimeinfo", ".data.GO*", "", "there is no Go runtime here"),
    allow("/status/runtimeinfo", ".data.goroutineCount", "", "threads stand for goroutines"),
    allow("/status/runtimeinfo", ".data.*Time", "", MEASURED),
    allow("/status/buildinfo", ".data.*", "", NAMES),
    allow("/version", ".*", "", NAMES),
    allow("/version", "header content-type", "", "JSON is called JSON here"),
    allow("/status/flags", ".data.*", "", NAMES),
    allow("/status/tsdb", ".data.headStats.m*", "", MEASURED),
    allow(
        "/status/tsdb",
        ".data.memoryInBytesByLabelName[].value",
        "",
        "the two keep labels in different forms",
    ),
    allow("/status/tsdb", ".data.*[].name", "", "entries with the same count have no order"),
    allow(
        "/status/tsdb/blocks",
        ".data.blocks[]*",
        "01",
        "names of blocks hold the moment at which they were written",
    ),
    allow("/api/v1/features", ".data.*", "", "what is newer, not here, or always on here"),
    allow("/api/v1/nope", "*", "", JSON),
    allow("/api/v1/status/nope", "*", "", JSON),
    allow("GET /api/v1/status", "*", "there is no endpoint", JSON),
    allow("GET /api/v1/status", "header content-type", "application/json", JSON),
    allow(" /-/", "text", "Server is", NAMES),
    allow("HEAD /api/v1", "*", "", HEAD),
    allow("HEAD /-/", "header content-type", "", "HEAD has the headers of GET"),
    allow(".ico", "header cache-control", "", "files of the pages"),
    allow("/robots.txt", "header cache-control", "", "files of the pages"),
    allow("/consoles/x", "text", "", "there are no console templates here"),
    allow("/snapshot", ".data.name", "", MEASURED),
    allow("/-/reload", "header content-type", "", "an empty answer"),
];
