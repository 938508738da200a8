//! Secrets and where they come from; part of [`HttpOptions`](crate::HttpOptions).

use std::fmt;
use std::path::PathBuf;

use crate::ClientError;

/// A secret text. Its `Debug` form does not show it.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Secret(String);

impl Secret {
    /// Wraps a secret.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The secret itself: for sending, never for printing.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("<secret>")
    }
}

/// A secret in the configuration, or the file that holds it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum SecretSource {
    /// The secret itself.
    Inline(Secret),
    /// A file, read again for every request so that a rotated secret is picked up; white space around it is cut.
    File(PathBuf),
}

impl SecretSource {
    /// The secret as it is now.
    pub async fn read(&self) -> Result<Secret, ClientError> {
        match self {
            Self::Inline(secret) => Ok(secret.clone()),
            Self::File(path) => match tokio::fs::read_to_string(path).await {
                Ok(text) => Ok(Secret::new(text.trim())),
                Err(source) => Err(ClientError::SecretFile { path: path.clone(), source }),
            },
        }
    }
}
