//! Two answers side by side: status, headers, and every field of the JSON.

use std::collections::BTreeSet;
use std::fmt;

use narthex_tests::Response;
use serde_json::Value;

/// One thing that differs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Difference {
    /// Where: `status`, `header NAME`, or a path such as `.data.result[].value`.
    pub(crate) field: String,
    /// What we say; empty when we say nothing.
    pub(crate) ours: String,
    /// What they say.
    pub(crate) theirs: String,
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let short = |text: &str| text.chars().take(240).collect::<String>();
        write!(f, "{}: ours {} | theirs {}", self.field, short(&self.ours), short(&self.theirs))
    }
}

/// The headers that mean something to clients of the API.
const HEADERS: [&str; 8] = [
    "content-type",
    "content-encoding",
    "cache-control",
    "location",
    "access-control-allow-origin",
    "access-control-allow-methods",
    "access-control-allow-headers",
    "access-control-expose-headers",
];

/// Everything in which two answers to a request for `path` differ.
pub(crate) fn differences(path: &str, ours: &Response, theirs: &Response) -> Vec<Difference> {
    let mut found = Vec::new();
    let mut note = |field: &str, ours: String, theirs: String| {
        if ours != theirs {
            found.push(Difference { field: field.to_owned(), ours, theirs });
        }
    };
    note("status", ours.status.to_string(), theirs.status.to_string());
    for name in HEADERS {
        note(&format!("header {name}"), header(ours, name), header(theirs, name));
    }
    if !header(theirs, "content-encoding").is_empty() || !header(ours, "content-encoding").is_empty() {
        return found;
    }
    let (mut a, mut b) = (ours.json(), theirs.json());
    if a.is_null() || b.is_null() {
        note("text", ours.text(), theirs.text());
        return found;
    }
    [&mut a, &mut b].into_iter().for_each(|json| normalise(path, json));
    walk("", &a, &b, &mut found);
    found
}

fn header(response: &Response, name: &str) -> String {
    let lines = response.head.lines().filter_map(|line| line.split_once(": "));
    lines.filter(|(found, _)| found.eq_ignore_ascii_case(name)).map(|(_, value)| value).collect()
}

/// Lists that have no order get one.
fn normalise(path: &str, json: &mut Value) {
    let ordered = ["sort", "topk", "bottomk"].iter().any(|function| path.contains(function));
    let lists = ["/data/result", "/data/activeTargets", "/data/droppedTargets", "/data"];
    for pointer in lists.into_iter().skip(usize::from(ordered)) {
        if let Some(Value::Array(items)) = json.pointer_mut(pointer)
            && items.iter().all(Value::is_object)
        {
            items.sort_by_cached_key(key);
        }
    }
}

fn key(item: &Value) -> String {
    // A block's name holds the moment at which it was written; its times come first.
    let parts = ["metric", "scrapeUrl", "target", "seriesLabels", "labels", "minTime"];
    parts.iter().map(|part| item[*part].to_string()).collect::<Vec<_>>().join(" ")
}

fn walk(path: &str, a: &Value, b: &Value, found: &mut Vec<Difference>) {
    match (a, b) {
        (Value::Object(left), Value::Object(right)) => {
            for name in left.keys().chain(right.keys()).collect::<BTreeSet<_>>() {
                let (one, other) = (left.get(name), right.get(name));
                let path = format!("{path}.{name}");
                match (one, other) {
                    (Some(one), Some(other)) => walk(&path, one, other, found),
                    _ => found.push(Difference {
                        field: path,
                        ours: one.map(Value::to_string).unwrap_or_default(),
                        theirs: other.map(Value::to_string).unwrap_or_default(),
                    }),
                }
            }
        }
        (Value::Array(left), Value::Array(right)) if left.len() == right.len() => {
            let path = format!("{path}[]");
            left.iter().zip(right).for_each(|(one, other)| walk(&path, one, other, found));
        }
        (a, b) if a == b || same_number(a, b) => {}
        (a, b) => {
            found.push(Difference { field: path.to_owned(), ours: a.to_string(), theirs: b.to_string() })
        }
    }
}

/// `1` and `1.0`, and sample values that differ in the last digit of a sum over the series in another order.
fn same_number(a: &Value, b: &Value) -> bool {
    let number = |value: &Value| value.as_f64().or_else(|| value.as_str()?.parse().ok());
    match (number(a), number(b)) {
        (Some(x), Some(y)) => (x - y).abs() <= 1e-12 * x.abs().max(y.abs()),
        _ => false,
    }
}
