//! [`Users`]: passwords against bcrypt hashes.
//!
//! bcrypt is slow on purpose (tens of milliseconds), and clients send the password with every request. So outcomes are
//! remembered, under a SHA-256 over user, hash and password, and comparisons run on blocking threads, only a few at once:
//! a flood of wrong passwords costs waiting, not the whole machine.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, PoisonError};

use sha2::{Digest as _, Sha256};
use tokio::sync::Semaphore;

/// How many outcomes are remembered; then all are forgotten.
const OUTCOMES_MAX: usize = 1_000;
/// How many comparisons run at once.
const COMPARISONS_MAX: usize = 2;

type Key = [u8; 32];

/// Outcomes of comparisons, and the places for new ones.
#[derive(Debug)]
pub(crate) struct Users {
    outcomes: Mutex<HashMap<Key, bool>>,
    places: Arc<Semaphore>,
}

impl Default for Users {
    fn default() -> Self {
        Self { outcomes: Mutex::default(), places: Arc::new(Semaphore::new(COMPARISONS_MAX)) }
    }
}

/// Whether a text is a bcrypt hash; says what is wrong when it is none.
pub fn check_hash(hash: &str) -> Result<(), String> {
    hash.parse::<bcrypt::HashParts>().map(|_| ()).map_err(|error| error.to_string())
}

impl Users {
    /// Whether `user` may come in with `password`.
    pub(crate) async fn allows(&self, users: &BTreeMap<String, String>, user: &str, password: &str) -> bool {
        let known = users.get(user);
        // An unknown user costs a comparison, too: the time must not tell who exists.
        let Some(hash) = known.or_else(|| users.values().next()) else { return false };
        let key = key(&[user.as_bytes(), hash.as_bytes(), password.as_bytes()]);
        let remembered = self.lock().get(&key).copied();
        let matches = match remembered {
            Some(matches) => matches,
            None => self.compare(key, password.to_owned(), hash.clone()).await,
        };
        matches && known.is_some()
    }

    async fn compare(&self, key: Key, password: String, hash: String) -> bool {
        // The semaphore is never closed.
        let Ok(place) = Arc::clone(&self.places).acquire_owned().await else { return false };
        let compared = tokio::task::spawn_blocking(move || {
            let matches = bcrypt::verify(password, &hash).unwrap_or(false);
            drop(place);
            matches
        });
        let matches = compared.await.unwrap_or(false);
        let mut outcomes = self.lock();
        if outcomes.len() >= OUTCOMES_MAX {
            outcomes.clear();
        }
        outcomes.insert(key, matches);
        matches
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<Key, bool>> {
        self.outcomes.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One hash over all parts and their lengths.
fn key(parts: &[&[u8]]) -> Key {
    let mut hasher = Sha256::new();
    for part in parts {
        hasher.update((part.len() as u64).to_le_bytes());
        hasher.update(part);
    }
    hasher.finalize().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn only_the_right_password_of_a_known_user() {
        let hash = bcrypt::hash("secret", 4).unwrap();
        let users = BTreeMap::from([("ann".to_owned(), hash.clone())]);
        let checker = Users::default();
        for _ in 0..2 {
            assert!(checker.allows(&users, "ann", "secret").await);
            assert!(!checker.allows(&users, "ann", "Secret").await);
            assert!(!checker.allows(&users, "bob", "secret").await, "the hash fits, the user does not exist");
            assert!(!checker.allows(&users, "", "").await);
        }
        let changed = BTreeMap::from([("ann".to_owned(), bcrypt::hash("other", 4).unwrap())]);
        assert!(!checker.allows(&changed, "ann", "secret").await, "a new hash makes the old password wrong");
        assert!(!checker.allows(&BTreeMap::new(), "ann", "secret").await);
        assert!(
            check_hash(&hash).is_ok() && check_hash("secret").is_err() && check_hash("$2b$10$short").is_err()
        );
    }
}
