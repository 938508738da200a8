//! One dashboard: checked as far as listing needs it, kept as it is.

use std::fmt;
use std::path::{Path, PathBuf};

use serde::Serialize;
use serde_json::value::RawValue;

use super::json::Fields;

/// The largest dashboard file, in bytes.
pub const FILE_SIZE_MAX: u64 = 16 << 20;

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
    /// Its file, if it has one and that may be written.
    pub file: Option<PathBuf>,
    /// How often it was saved, as the file says.
    pub version: u64,
    /// Grafana's JSON as it stands in the file.
    pub json: Box<RawValue>,
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
pub(super) fn read(path: &Path, folder: &str, writable: bool) -> Result<Dashboard, Problem> {
    let fail = |error: String| Problem::new(path, error);
    let size = std::fs::metadata(path).map_err(|error| fail(error.to_string()))?.len();
    if size > FILE_SIZE_MAX {
        return Err(fail(format!("{size} bytes are more than a dashboard file may have ({FILE_SIZE_MAX})")));
    }
    let bytes = std::fs::read(path).map_err(|error| fail(error.to_string()))?;
    let text = String::from_utf8(bytes).map_err(|error| fail(format!("not UTF-8: {error}")))?;
    let name = path.file_stem().unwrap_or_default().to_string_lossy();
    let dashboard = parse(&text, &name, folder)
        .map_err(|problem| Problem { file: path.display().to_string(), ..problem })?;
    Ok(Dashboard { file: writable.then(|| path.to_owned()), ..dashboard })
}

/// The dashboard in `text`, which is called `name`.
pub(super) fn parse(text: &str, name: &str, folder: &str) -> Result<Dashboard, Problem> {
    let fields = fields(text)?;
    let tags: Vec<serde_json::Value> =
        fields.get("tags").and_then(|tags| serde_json::from_str(tags.get()).ok()).unwrap_or_default();
    Ok(Dashboard {
        uid: fields.text("uid").unwrap_or_else(|| slug(name)),
        title: fields.text("title").unwrap_or_else(|| name.to_owned()),
        tags: tags.iter().filter_map(|tag| tag.as_str().map(str::to_owned)).collect(),
        folder: folder.to_owned(),
        file: None,
        version: version(&fields).unwrap_or(0),
        json: RawValue::from_string(fields.pretty()).map_err(|error| syntax(&error))?,
    })
}

/// The `version` of a dashboard, if it has one.
pub(super) fn version(fields: &Fields) -> Option<u64> {
    serde_json::from_str(fields.get("version")?.get()).ok()
}

/// The fields of a dashboard, out of the envelope in which Grafana's HTTP API wraps one.
pub(super) fn fields(text: &str) -> Result<Fields, Problem> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut fields = Fields::parse(text).map_err(|error| syntax(&error))?;
    if let Some(inner) = fields.get("dashboard").and_then(|inner| Fields::parse(inner.get()).ok()) {
        fields = inner;
    }
    if ["panels", "rows", "title"].iter().any(|name| fields.get(name).is_some()) {
        Ok(fields)
    } else {
        Err(Problem::new(
            Path::new(""),
            "no dashboard: expected \"panels\", \"rows\" or \"title\" at the top".to_owned(),
        ))
    }
}

fn syntax(error: &serde_json::Error) -> Problem {
    Problem {
        line: Some(error.line()),
        column: Some(error.column()),
        ..Problem::new(Path::new(""), format!("not a dashboard's JSON: {error}"))
    }
}

/// `Node Exporter (full)` → `node-exporter-full`.
pub(super) fn slug(name: &str) -> String {
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
        assert_eq!(slug("../../etc/passwd"), "etc-passwd");
        assert_eq!(slug("--"), "dashboard");
    }
}
