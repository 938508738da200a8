//! The scrape failure log: one JSON object per failed scrape, appended to a file; one open file per path.

use std::collections::HashMap;
use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Weak};

use jiff::Timestamp;
use parking_lot::Mutex;

/// One open log.
#[derive(Debug)]
pub(crate) struct FailureLog {
    path: PathBuf,
    file: Mutex<File>,
}

impl FailureLog {
    fn open(path: &Path) -> io::Result<Self> {
        let file = OpenOptions::new().create(true).append(true).open(path)?;
        Ok(Self { path: path.to_owned(), file: Mutex::new(file) })
    }

    /// Writes one failure. That it cannot be written goes to the server's log: the scrape has failed anyway.
    pub(crate) fn write(&self, time: Timestamp, job: &str, target: &str, error: &str) {
        let entry = serde_json::json!({
            "time": time.to_string(),
            "level": "ERROR",
            "msg": error,
            "job_name": job,
            "target": target,
        });
        let line = format!("{entry}\n");
        if let Err(error) = self.file.lock().write_all(line.as_bytes()) {
            tracing::error!(path = %self.path.display(), %error, "cannot write to the scrape failure log");
        }
    }
}

/// The open logs by path; a log is closed when no job uses it any more.
#[derive(Debug, Default)]
pub(crate) struct FailureLogs {
    open: Mutex<HashMap<PathBuf, Weak<FailureLog>>>,
}

impl FailureLogs {
    /// The log at `path`; `None`, with a word in the server's log, when it cannot be opened.
    pub(crate) fn get(&self, path: &Path) -> Option<Arc<FailureLog>> {
        let mut open = self.open.lock();
        if let Some(log) = open.get(path).and_then(Weak::upgrade) {
            return Some(log);
        }
        match FailureLog::open(path) {
            Ok(log) => {
                let log = Arc::new(log);
                open.insert(path.to_owned(), Arc::downgrade(&log));
                Some(log)
            }
            Err(error) => {
                tracing::error!(path = %path.display(), %error, "cannot open the scrape failure log");
                None
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_line_per_failure() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("failures.log");
        let logs = FailureLogs::default();
        let (a, b) = (logs.get(&path).unwrap(), logs.get(&path).unwrap());
        assert!(Arc::ptr_eq(&a, &b));
        a.write(Timestamp::UNIX_EPOCH, "j", "http://t/", "it \"failed\"\nbadly");
        b.write(Timestamp::UNIX_EPOCH, "j", "http://t/", "again");
        let text = std::fs::read_to_string(&path).unwrap();
        let lines: Vec<serde_json::Value> =
            text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        assert_eq!(lines.len(), 2);
        assert_eq!(lines[0]["msg"], "it \"failed\"\nbadly");
        assert_eq!(lines[0]["time"], "1970-01-01T00:00:00Z");
        assert!(logs.get(Path::new("/nonexistent/folder/x")).is_none());
    }
}
