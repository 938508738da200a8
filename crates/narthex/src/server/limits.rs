//! The system's limits: a connection per target and a file per block are more than the usual soft limit on open files,
//! so the start raises it as far as it may.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// Raises the soft limit on open files to the hard one; logs what it is then.
pub(super) fn raise_open_files() {
    let Rlimit { current, maximum } = getrlimit(Resource::Nofile);
    let wanted = Rlimit { current: maximum, maximum };
    if current != maximum
        && let Err(error) = setrlimit(Resource::Nofile, wanted)
    {
        tracing::warn!(%error, "the limit on open files stays as it is");
    }
    let text = |limit: Option<u64>| limit.map_or_else(|| "unlimited".to_owned(), |limit| limit.to_string());
    let now = getrlimit(Resource::Nofile);
    tracing::info!(soft = text(now.current), hard = text(now.maximum), "Limit on open files");
}
