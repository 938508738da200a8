//! One dashboard file: read, checked as far as listing needs it, kept as it is.

use std::fmt;
use std::path::Path;

use serde::Serialize;
use serde_json::{Map, Value};

/// The largest dashboard file, in bytes.
const FILE_SIZE_MAX: u64 = 16 << 20;

/// A dashboard.
#[derive(Debug)]
pub struct Dashboard {
    /// Its identifier in addresses: the file's, else one made of the file's name.
    pub uid: String,
    /// Its title.
    pub title: String,
    /// Its tags.
    pub tags: Vec<String>,
    /// The folder that it is in, empty at the top.
    pub folder: String,
    /// Grafana's JSON as it stands in the file.
    pub json: Value,
}

/// A file that cannot be used.
#[derive(Debug, Clone, Serialize)]
pub struct Problem {
    /// The file.
    pub file: String,
    /// 1-based line, if the file does not parse.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line: Option<usize>,
    /// 1-based column, if the file does not parse.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub column: Option<usize>,
    /// What is wrong.
    pub error: String,
}

impl Problem {
    pub(super) fn new(file: &Path, error: String) -> Self {
        Self { file: file.display().to_string(), line: None, column: None, error }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.file)?;
        if let (Some(line), Some(column)) = (self.line, self.column) {
            write!(f, ":{line}:{column}")?;
        }
        write!(f, ": {}", self.error)
    }
}

/// Reads one file.
pub(super) fn read(path: &Path, folder: &str) -> Result<Dashboard, Problem> {
    let fail = |error: String| Problem::new(path, error);
    let size = std::fs::metadata(path).map_err(|error| fail(error.to_string()))?.len();
    if size > FILE_SIZE_MAX {
        return Err(fail(format!("{size} bytes are more than a dashboard file may have ({FILE_SIZE_MAX})")));
    }
    let text = std::fs::read(path).map_err(|error| fail(error.to_string()))?;
    let text = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&text);
    let json: Value = serde_json::from_slice(text).map_err(|error| Problem {
        line: Some(error.line()),
        column: Some(error.column()),
        ..fail(format!("not JSON: {error}"))
    })?;
    let mut fields = match json {
        Value::Object(fields) => fields,
        _ => return Err(fail("a dashboard file holds one JSON object".to_owned())),
    };
    // The HTTP API of Grafana wraps a dashboard in an envelope.
    if let Some(Value::Object(inner)) = fields.get_mut("dashboard") {
        fields = std::mem::take(inner);
    }
    if !looks_like_a_dashboard(&fields) {
        return Err(fail("no dashboard: expected \"panels\", \"rows\" or \"title\" at the top".to_owned()));
    }
    let text = |name: &str| fields.get(name).and_then(Value::as_str).filter(|text| !text.is_empty());
    let name = path.file_stem().unwrap_or_default().to_string_lossy();
    let tags = fields.get("tags").and_then(Value::as_array);
    Ok(Dashboard {
        uid: text("uid").map_or_else(|| slug(&name), str::to_owned),
        title: text("title").map_or_else(|| name.to_string(), str::to_owned),
        tags: tags.into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect(),
        folder: folder.to_owned(),
        json: Value::Object(fields),
    })
}

fn looks_like_a_dashboard(fields: &Map<String, Value>) -> bool {
    ["panels", "rows", "title"].iter().any(|name| fields.contains_key(*name))
}

/// `Node Exporter (full)` → `node-exporter-full`.
fn slug(name: &str) -> String {
    let mut slug = String::new();
    for character in name.chars() {
        if character.is_alphanumeric() {
            slug.extend(character.to_lowercase());
        } else if !slug.ends_with('-') && !slug.is_empty() {
            slug.push('-');
        }
    }
    let slug = slug.trim_end_matches('-');
    if slug.is_empty() { "dashboard".to_owned() } else { slug.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_become_addresses() {
        assert_eq!(slug("Node Exporter (full)"), "node-exporter-full");
        assert_eq!(slug("--"), "dashboard");
    }
}
