//! A registry against an expected page, with a readable difference.

use std::collections::BTreeMap;
use std::fmt;

use crate::Registry;

/// How a page differs from what was expected. `Display` shows it line by line.
#[derive(Debug, Clone, PartialEq)]
pub struct Difference {
    lines: Vec<(Side, String)>,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Side {
    Expected,
    Found,
    Both,
}

impl std::error::Error for Difference {}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the metrics differ (- expected, + found):\n")?;
        for (side, line) in &self.lines {
            let mark = match side {
                Side::Expected => '-',
                Side::Found => '+',
                Side::Both => ' ',
            };
            writeln!(f, "{mark} {line}")?;
        }
        Ok(())
    }
}

/// Compares the families of `registry` with a page in the classic text format; the order of families and of series does
/// not matter. With `names`, only the families of these names count.
///
/// # Errors
/// The difference, if there is one.
pub fn compare(registry: &Registry, expected: &str, names: &[&str]) -> Result<(), Difference> {
    let found = normalised(&registry.text(), names);
    let expected = normalised(expected, names);
    if found == expected {
        return Ok(());
    }
    let mut lines = Vec::new();
    let mut all: Vec<&String> = expected.keys().chain(found.keys()).collect();
    all.sort();
    all.dedup();
    let none = Vec::new();
    for family in all {
        let (wanted, got) = (expected.get(family).unwrap_or(&none), found.get(family).unwrap_or(&none));
        if wanted == got {
            continue;
        }
        for line in wanted {
            lines.push((if got.contains(line) { Side::Both } else { Side::Expected }, line.clone()));
        }
        lines
            .extend(got.iter().filter(|line| !wanted.contains(line)).map(|line| (Side::Found, line.clone())));
    }
    Err(Difference { lines })
}

/// The lines of each family, its samples sorted; a sample belongs to the family of the `# TYPE` line above it.
fn normalised(page: &str, names: &[&str]) -> BTreeMap<String, Vec<String>> {
    let mut families: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let mut current = String::new();
    for line in page.lines().map(str::trim).filter(|line| !line.is_empty()) {
        let metadata = line.strip_prefix("# HELP ").or_else(|| line.strip_prefix("# TYPE "));
        if let Some(rest) = metadata {
            current = rest.split(' ').next().unwrap_or_default().to_owned();
        } else if line.starts_with('#') {
            continue;
        }
        families.entry(current.clone()).or_default().push(line.to_owned());
    }
    families.retain(|name, _| names.is_empty() || names.contains(&name.as_str()));
    for lines in families.values_mut() {
        lines.sort();
    }
    families
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Counter, Gauge};

    #[test]
    fn shows_what_differs() {
        let registry = Registry::new();
        let counter = Counter::new("c", "C.").with_labels(["l"]).register_in(&registry);
        counter.with(["b"]).inc_by(2);
        counter.with(["a"]).inc();
        Gauge::new("g", "").register_in(&registry).set(1.0);
        let right = "# TYPE g gauge\ng 1\n# HELP c_total C.\n# TYPE c_total counter\nc_total{l=\"a\"} 1\nc_total{l=\"b\"} 2\n";
        compare(&registry, right, &[]).unwrap();
        let wrong = right.replace("} 2", "} 3");
        compare(&registry, &wrong, &["g"]).unwrap();
        assert_eq!(
            compare(&registry, &wrong, &[]).unwrap_err().to_string(),
            "the metrics differ (- expected, + found):\n  # HELP c_total C.\n  # TYPE c_total counter\n  \
             c_total{l=\"a\"} 1\n- c_total{l=\"b\"} 3\n+ c_total{l=\"b\"} 2\n"
        );
        assert!(compare(&registry, "", &[]).is_err());
    }
}
