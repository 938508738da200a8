//! When two answers are the same.

use std::collections::BTreeMap;

use serde_json::Value;

/// What both say when two results have one label set.
const SAME_LABELS: &str = "vector cannot contain metrics with the same labelset";
/// Relative difference below which two floats are the same.
const RELATIVE: f64 = 1e-9;

/// Why a difference in these answers to a query does not count.
pub(crate) fn excluded(query: &str, ours: &Value, theirs: &Value) -> Option<&'static str> {
    if query.contains("histogram_quantiles") && ours["error"] == SAME_LABELS && theirs["error"] != SAME_LABELS
    {
        return Some(
            "where the quantile's label takes the place of one that told series apart, this engine fails at once",
        );
    }
    let has = |functions: &[&str]| functions.iter().any(|function| query.contains(function));
    if has(&["sin(", "cos(", "tan("]) && has(&["^", "exp(", "sinh(", "cosh("]) {
        return Some("the last digit of a large power decides its angle");
    }
    None
}

/// How two answers to a query differ, if they do.
pub(crate) fn differences(query: &str, ours: &Value, theirs: &Value) -> Option<String> {
    let of_errors = error_differences(ours, theirs);
    // The reference forgets what its evaluation noted inside `timestamp`.
    let noted: &[&str] =
        if of_errors.is_some() || query.contains("timestamp(") { &[] } else { &["warnings", "infos"] };
    let of_notes = noted.iter().find_map(|part| {
        let (a, b) = (notes(&ours[*part]), notes(&theirs[*part]));
        (a != b).then(|| format!("{part}:\n    ours {a:?}\n    theirs {b:?}"))
    });
    of_errors.or(of_notes).or_else(|| value_differences(query, ours, theirs))
}

/// How two answers differ besides what they note.
pub(crate) fn value_differences(query: &str, ours: &Value, theirs: &Value) -> Option<String> {
    if let Some(what) = error_differences(ours, theirs) {
        return Some(what);
    }
    let (a, b) = (&ours["data"], &theirs["data"]);
    if a["resultType"] != b["resultType"] {
        return Some(format!("type: ours {}, theirs {}", brief(ours), brief(theirs)));
    }
    let (a, b) = (&a["result"], &b["result"]);
    match (a.as_array(), b.as_array()) {
        (Some(a), Some(b)) if a.iter().chain(b).all(Value::is_object) => series(query, a, b),
        _ => (!alike(a, b)).then(|| format!("ours {a}, theirs {b}")),
    }
}

fn error_differences(ours: &Value, theirs: &Value) -> Option<String> {
    let differs = |part: &&str| ours[*part] != theirs[*part] && !both_duplicate(&ours[*part], &theirs[*part]);
    let part = ["status", "errorType", "error"].into_iter().find(differs)?;
    Some(format!("{part}: ours {}\n  theirs {}", brief(ours), brief(theirs)))
}

/// Whether both errors tell of two series where there may be one: which two depends on a hash map's order there.
fn both_duplicate(ours: &Value, theirs: &Value) -> bool {
    let side = |error: &Value| {
        let text =
            error.as_str().unwrap_or_default().strip_prefix("found duplicate series for the match group ")?;
        Some(text.contains("on the left hand-side"))
    };
    side(ours).is_some() && side(ours) == side(theirs)
}

fn brief(answer: &Value) -> String {
    answer.to_string().chars().take(600).collect()
}

/// Warnings or infos in a fixed order. Beyond ten the servers choose which ones they show: only their number counts.
fn notes(list: &Value) -> Vec<String> {
    let texts = list.as_array().into_iter().flatten().map(|note| note.as_str().unwrap_or_default());
    // How many samples had to be made monotonic: the reference adds a number to itself where sets of annotations that
    // share it are merged, and so doubles it again and again.
    let mut all: Vec<String> =
        texts.map(|text| text.split(", over ").next().unwrap_or_default().to_owned()).collect();
    if let Some(more) = all.iter().find(|note| note.ends_with("annotations omitted")) {
        return vec![more.clone()];
    }
    all.sort();
    all
}

fn series(query: &str, ours: &[Value], theirs: &[Value]) -> Option<String> {
    // A label made of a value has all its digits, and the last one is not the same for every logarithm.
    let rounds = query.contains("count_values");
    let names = |all: &[Value]| {
        all.iter()
            .map(|one| if rounds { rounded(&one["metric"]) } else { one["metric"].to_string() })
            .collect::<Vec<_>>()
    };
    let (a, b) = (names(ours), names(theirs));
    let is_ordered = query.starts_with("sort") && !has_ties(theirs);
    let mut sorted = (a.clone(), b.clone());
    sorted.0.sort();
    sorted.1.sort();
    if sorted.0 != sorted.1 {
        let only = |a: &[String], b: &[String]| {
            a.iter().filter(|x| !b.contains(x)).take(4).cloned().collect::<Vec<_>>()
        };
        return Some(format!(
            "series: {} ours, {} theirs; only ours {:?}; only theirs {:?}",
            a.len(),
            b.len(),
            only(&a, &b),
            only(&b, &a)
        ));
    }
    if is_ordered && a != b {
        return Some(format!("order:\n    ours {a:?}\n    theirs {b:?}"));
    }
    let by_name: BTreeMap<&str, &Value> = b.iter().map(String::as_str).zip(theirs).collect();
    for (name, one) in a.iter().zip(ours) {
        let other = by_name[name.as_str()];
        for part in ["value", "values", "histogram", "histograms"] {
            if !alike(&one[part], &other[part]) {
                return Some(format!("{name} {part}: {}", first_difference(&one[part], &other[part])));
            }
        }
    }
    None
}

/// The labels with twelve digits of each number.
fn rounded(labels: &Value) -> String {
    let pairs = labels.as_object().into_iter().flatten();
    pairs
        .map(|(name, value)| format!("{name}={}", rounded_text(value.as_str().unwrap_or_default())))
        .collect()
}

/// A text with twelve digits of each number in it.
fn rounded_text(text: &str) -> String {
    let of_number = |c: char| c.is_ascii_digit() || matches!(c, '.' | 'e' | '+' | '-');
    let mut rest = text;
    let mut result = String::new();
    while let Some(first) = rest.chars().next() {
        let same = rest.find(|c| of_number(c) != of_number(first)).unwrap_or(rest.len());
        let (word, behind) = rest.split_at(same);
        match word.parse::<f64>() {
            Ok(number) if of_number(first) => result.push_str(&format!("{number:.11e} ")),
            _ => result.push_str(word),
        }
        rest = behind;
    }
    result
}

/// Whether two samples have the same value: their order is not defined.
fn has_ties(all: &[Value]) -> bool {
    let values: Vec<String> = all.iter().map(|one| one["value"][1].to_string()).collect();
    values.iter().enumerate().any(|(i, value)| values[..i].contains(value))
}

fn first_difference(a: &Value, b: &Value) -> String {
    if let (Some(x), Some(y)) = (a.as_array(), b.as_array()) {
        let differing = x.iter().zip(y).find(|(x, y)| x.is_array() && !alike(x, y));
        if x.len() == y.len()
            && let Some((x, y)) = differing
        {
            return format!("ours {x}\n    theirs {y}");
        }
        if x.len() != y.len() && x.iter().chain(y).all(Value::is_array) {
            let times = |all: &[Value]| all.iter().map(|p| p[0].to_string()).collect::<Vec<_>>().join(" ");
            return format!(
                "{} points, theirs {}:\n    ours {}\n    theirs {}",
                x.len(),
                y.len(),
                times(x),
                times(y)
            );
        }
    }
    format!("ours {a}\n    theirs {b}")
}

/// The same structure, numbers and number texts within [`RELATIVE`].
fn alike(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Array(a), Value::Array(b)) => a.len() == b.len() && a.iter().zip(b).all(|(a, b)| alike(a, b)),
        (Value::Object(a), Value::Object(b)) => {
            a.len() == b.len() && a.iter().all(|(name, a)| b.get(name).is_some_and(|b| alike(a, b)))
        }
        (Value::String(a), Value::String(b)) => {
            a == b
                || match (a.parse::<f64>(), b.parse::<f64>()) {
                    (Ok(a), Ok(b)) => {
                        a == b || a.is_nan() && b.is_nan() || (a - b).abs() <= RELATIVE * a.abs().max(b.abs())
                    }
                    _ => false,
                }
        }
        (a, b) => a == b,
    }
}
