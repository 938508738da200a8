//! [`Known`]: what must be in a database, and what may be, when some operations failed.

use narthex_tsdb::Db;

use crate::content::{Content, Value, content};

/// A sample that was appended.
pub(crate) type Appended = (u64, i64, Value);

/// What is known of a database that was written through failures.
#[derive(Clone, Default)]
pub(crate) struct Known {
    /// What was acknowledged.
    certain: Content,
    /// What was acknowledged or cut off by a failure.
    possible: Content,
    /// Samples before this may have been removed by the retention.
    pub(crate) horizon: i64,
}

impl Known {
    /// A commit that succeeded.
    pub(crate) fn committed(&mut self, samples: &[Appended]) {
        self.maybe_committed(samples);
        for (id, t, v) in samples {
            self.certain.entry(*id).or_default().insert(*t, v.clone());
        }
    }

    /// A commit that was interrupted.
    pub(crate) fn maybe_committed(&mut self, samples: &[Appended]) {
        for (id, t, v) in samples {
            self.possible.entry(*id).or_default().insert(*t, v.clone());
        }
    }

    /// A deletion of a series' range; whether it was done is certain or not.
    pub(crate) fn deleted(&mut self, id: u64, mint: i64, maxt: i64, done: bool) {
        let clear = |content: &mut Content| {
            if let Some(samples) = content.get_mut(&id) {
                samples.retain(|t, _| !(mint..=maxt).contains(t));
            }
        };
        clear(&mut self.certain);
        if done {
            clear(&mut self.possible);
        }
    }

    /// Fails with `context` unless everything certain is in `db` and nothing impossible is.
    pub(crate) fn check(&self, db: &Db, context: &str) {
        let got = content(db, i64::MIN, i64::MAX);
        for (id, samples) in &self.certain {
            for (t, v) in samples.range(self.horizon..) {
                let found = got.get(id).and_then(|samples| samples.get(t));
                assert_eq!(found, Some(v), "{context}: series {id} at {t} was acknowledged");
            }
        }
        for (id, samples) in &got {
            for (t, v) in samples {
                let may = self.possible.get(id).and_then(|samples| samples.get(t));
                assert_eq!(may, Some(v), "{context}: series {id} at {t} was not acknowledged");
            }
        }
    }
}
