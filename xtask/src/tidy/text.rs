//! No unfinished work, no conflict marks and no machine's paths in what is committed.

use std::path::{Path, PathBuf};

/// Texts that must not appear, with the reason. Split so that this file does not find itself.
const REFUSED: [(&str, &str); 6] = [
    (concat!("TO", "DO"), "unfinished work: finish it, or say it in the documentation"),
    (concat!("FIX", "ME"), "unfinished work: finish it, or say it in the documentation"),
    (concat!("<<<<", "<<< "), "a conflict mark"),
    (concat!("/ro", "ot/"), "a path of one machine"),
    (concat!("/ho", "me/"), "a path of one machine"),
    (concat!("/wo", "rk/"), "a path of one machine"),
];

const TEXT: [&str; 12] = ["rs", "ts", "tsx", "css", "html", "md", "toml", "yml", "yaml", "sh", "mjs", "json"];

/// Finds refused texts.
pub(super) fn check(root: &Path, files: &[PathBuf], findings: &mut Vec<String>) {
    for file in files {
        let extension = file.extension().unwrap_or_default().to_string_lossy().into_owned();
        let lock = file.file_name().is_some_and(|name| name == "package-lock.json");
        if !TEXT.contains(&extension.as_str()) || lock {
            continue;
        }
        let text = std::fs::read_to_string(root.join(file)).unwrap_or_default();
        for (index, line) in text.lines().enumerate() {
            for (refused, reason) in REFUSED {
                if line.contains(refused) {
                    findings.push(format!("{}:{}: \"{refused}\": {reason}", file.display(), index + 1));
                }
            }
        }
    }
}
