//! [`Live`]: the settings in use, read again when a file behind them changes.
//!
//! Asked for every connection and every request: that costs one look at each file's metadata while nothing changes.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::SystemTime;

use super::config::{Pem, WebConfig};
use super::rate::Bucket;
use super::tls;
use super::users::Users;

/// Settings that cannot be used.
#[derive(Debug, Clone, thiserror::Error)]
#[error("the web configuration {file} cannot be used: {reason}")]
pub struct SecureError {
    /// The file.
    pub file: String,
    /// What is wrong with it, or with a file that it names.
    pub reason: String,
}

/// Reads a file into settings.
type Load = Box<dyn Fn(&Path) -> Result<WebConfig, String> + Send + Sync>;

/// Settings made ready.
#[derive(Debug)]
pub(crate) struct Ready {
    pub(crate) config: WebConfig,
    pub(crate) tls: Option<Arc<rustls::ServerConfig>>,
    pub(crate) bucket: Option<Bucket>,
}

/// What tells one state of a file from another.
type Stamp = Option<(SystemTime, u64)>;

struct Made {
    stamps: Vec<(PathBuf, Stamp)>,
    outcome: Result<Arc<Ready>, SecureError>,
}

/// The settings of one front.
pub struct Live {
    path: PathBuf,
    load: Load,
    made: Mutex<Option<Made>>,
    /// Passwords that were checked; outlives a change of the settings.
    pub(crate) users: Users,
    tls_at_start: bool,
}

impl fmt::Debug for Live {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Live")
            .field("path", &self.path)
            .field("tls", &self.tls_at_start)
            .finish_non_exhaustive()
    }
}

impl Live {
    /// Settings from `path`, which `load` reads. Fails when they cannot be used now; later that refuses requests.
    pub fn new(
        path: impl Into<PathBuf>,
        load: impl Fn(&Path) -> Result<WebConfig, String> + Send + Sync + 'static,
    ) -> Result<Self, SecureError> {
        let mut live = Self {
            path: path.into(),
            load: Box::new(load),
            made: Mutex::new(None),
            users: Users::default(),
            tls_at_start: false,
        };
        live.tls_at_start = live.current()?.tls.is_some();
        Ok(live)
    }

    /// Whether this front speaks TLS.
    pub fn is_tls(&self) -> bool {
        self.tls_at_start
    }

    /// The settings of this moment.
    pub(crate) fn current(&self) -> Result<Arc<Ready>, SecureError> {
        let mut made = self.made.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(made) = &*made
            && made.stamps.iter().all(|(path, seen)| stamp(path) == *seen)
        {
            return made.outcome.clone();
        }
        let fresh = self.make();
        if let (Some(_), Err(error)) = (&*made, &fresh.outcome) {
            tracing::error!(%error, "requests are refused until it is corrected");
        }
        made.insert(fresh).outcome.clone()
    }

    fn make(&self) -> Made {
        let fail = |reason| SecureError { file: self.path.display().to_string(), reason };
        // The stamps come first: a change while the files are read is seen the next time.
        let mut stamps = vec![(self.path.clone(), stamp(&self.path))];
        let config = match (self.load)(&self.path) {
            Ok(config) => config,
            Err(reason) => return Made { stamps, outcome: Err(fail(reason)) },
        };
        if let Some(tls) = &config.tls {
            for source in [Some(&tls.cert), Some(&tls.key), tls.client_ca.as_ref()].into_iter().flatten() {
                if let Pem::File(path) = source {
                    stamps.push((path.clone(), stamp(path)));
                }
            }
        }
        let made = match &config.tls {
            Some(options) => tls::server_config(options, config.http2).map(Some),
            None => Ok(None),
        };
        let bucket = config.rate_limit.map(Bucket::new);
        let outcome = made.map(|tls| Arc::new(Ready { config, tls, bucket })).map_err(fail);
        Made { stamps, outcome }
    }
}

fn stamp(path: &Path) -> Stamp {
    let metadata = std::fs::metadata(path).ok()?;
    Some((metadata.modified().ok()?, metadata.len()))
}
