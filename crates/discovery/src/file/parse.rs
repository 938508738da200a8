//! The content of a target file → target groups.

use std::path::Path;

use crate::group::WrittenGroup;
use crate::{DiscoveryError, TargetGroup};

/// The label that holds the path of the file.
const FILEPATH_LABEL: &str = "__meta_filepath";

/// Reads JSON or YAML, by the file's extension.
pub(super) fn groups(path: &Path, content: &str) -> Result<Vec<TargetGroup>, DiscoveryError> {
    let place = path.display().to_string();
    let failed = |reason: String| DiscoveryError::Parse { place: place.clone(), reason };
    let is_json = path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("json"));
    let written: Vec<WrittenGroup> = if is_json {
        serde_json::from_str(content).map_err(|error| failed(error.to_string()))?
    } else if content.trim().is_empty() {
        Vec::new()
    } else {
        serde_saphyr::from_str(content).map_err(|error| failed(error.to_string()))?
    };
    let groups = written.into_iter().enumerate();
    Ok(groups
        .map(|(index, group)| group.into_group(format!("{place}:{index}"), (FILEPATH_LABEL, &place)))
        .collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_and_yaml_read_alike() {
        let json = r#"[{"targets": ["a:1", "b:2"], "labels": {"env": "x"}}, {"targets": []}]"#;
        let yaml = "- targets: ['a:1', 'b:2']\n  labels:\n    env: x\n- targets: []\n";
        let from_json = groups(Path::new("t.json"), json).unwrap();
        let from_yaml = groups(Path::new("t.yml"), yaml).unwrap();
        assert_eq!(from_json.len(), 2);
        assert_eq!(from_json[0].targets, from_yaml[0].targets);
        assert_eq!(from_yaml[0].labels.get("env"), Some("x"));
        assert_eq!(from_yaml[0].labels.get("__meta_filepath"), Some("t.yml"));
        assert_eq!(from_yaml[1].source, "t.yml:1");
    }

    #[test]
    fn scalars_are_texts() {
        let yaml = "- targets: [a]\n  labels: {port: 9100, on: true}\n";
        let groups = groups(Path::new("t.yaml"), yaml).unwrap();
        assert_eq!(groups[0].labels.get("port"), Some("9100"));
        assert_eq!(groups[0].labels.get("on"), Some("true"));
    }

    #[test]
    fn errors_name_the_place() {
        for (name, content) in
            [("t.json", "[{\"targets\": 1}]"), ("t.yml", "- target: [a]\n"), ("t.json", "")]
        {
            let error = groups(Path::new(name), content).unwrap_err().to_string();
            assert!(error.starts_with(name), "{error}");
        }
        assert!(groups(Path::new("t.yml"), "").unwrap().is_empty());
    }
}
