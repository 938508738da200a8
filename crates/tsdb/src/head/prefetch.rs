//! Log segments → decoded records, on a thread of its own; called by `replay`.
//!
//! Reading, check sums, decompression and the decoding of float samples and of labels need nothing of the head, so they
//! run ahead of the thread that fills it. Everything else is handed on as bytes, in the order of the log.
//!
//! Invariant: at most [`AHEAD`] batches wait, whatever the size of the log.

use std::path::PathBuf;
use std::sync::mpsc::{Receiver, Sender, SyncSender, channel, sync_channel};
use std::thread::{self, Scope};

use narthex_model::Labels;

use crate::fs::Fs;
use crate::wal::record::samples::{self, Sample};
use crate::wal::record::{self, BadRecord, series, v2};
use crate::wal::{Damage, SegmentReader};

/// Batches that may wait to be used.
const AHEAD: usize = 4;
/// Float samples of a batch that is not handed on earlier.
const SAMPLES: usize = 16 << 10;
/// Series that are handed on at once.
const SERIES: usize = 4 << 10;

/// A part of a log: some float samples, then something else.
#[derive(Debug, Default)]
pub(super) struct Batch {
    pub(super) floats: Vec<Sample>,
    /// The starts of the first floats; those of the others are not known.
    pub(super) starts: Vec<i64>,
    pub(super) then: Then,
}

/// What follows the float samples of a batch.
#[derive(Debug, Default)]
pub(super) enum Then {
    /// More of the same.
    #[default]
    More,
    /// The segment with this number in the list begins.
    Segment(usize),
    /// Series, and how their record ends.
    Series(Vec<NewSeries>, Result<(), BadRecord>),
    /// A record of another type.
    Record(Vec<u8>),
    /// A record that cannot be read to its end.
    Bad(BadRecord),
    /// The segment ends here: the rest is damaged.
    Damage(Damage),
    /// A segment cannot be opened or read.
    Failed(std::io::Error),
}

/// A series as the log tells of it.
#[derive(Debug)]
pub(super) struct NewSeries {
    pub(super) id: u64,
    pub(super) labels: Labels,
    /// Of the labels.
    pub(super) hash: u64,
}

impl NewSeries {
    fn new(id: u64, pairs: &[(&str, &str)]) -> Self {
        let sorted = pairs.is_sorted_by(|a, b| a.0 < b.0) && pairs.iter().all(|(_, value)| !value.is_empty());
        let pairs = pairs.iter().copied();
        let labels = if sorted { Labels::from_sorted(pairs) } else { Labels::from_pairs(pairs) };
        Self { id, hash: labels.hash64(), labels }
    }
}

/// The receiving end.
pub(super) struct Prefetch {
    batches: Receiver<Batch>,
    used: Sender<Vec<Sample>>,
}

impl Prefetch {
    /// Starts to read `segments` in order, each from its offset on.
    pub(super) fn start<'scope, 'env>(
        scope: &'scope Scope<'scope, 'env>,
        fs: &'env dyn Fs,
        segments: &'env [(PathBuf, u64)],
    ) -> std::io::Result<Self> {
        let (send, batches) = sync_channel(AHEAD);
        let (used, recycled) = channel();
        let reader = Reader { send, recycled, floats: Vec::new(), starts: Vec::new() };
        thread::Builder::new().name("wal-reader".to_owned()).spawn_scoped(scope, move || {
            // Nobody receives any more when the replay was given up.
            let _ = reader.run(fs, segments);
        })?;
        Ok(Self { batches, used })
    }

    /// The next batch; `None` at the end of the last segment.
    pub(super) fn next(&self) -> Option<Batch> {
        self.batches.recv().ok()
    }

    /// Gives the vector of a batch back.
    pub(super) fn give_back(&self, mut floats: Vec<Sample>) {
        floats.clear();
        // At the end of the log the reader is gone, and needs no vector.
        let _ = self.used.send(floats);
    }
}

/// The replay was given up.
struct GivenUp;

struct Reader {
    send: SyncSender<Batch>,
    recycled: Receiver<Vec<Sample>>,
    floats: Vec<Sample>,
    /// As in [`Batch`].
    starts: Vec<i64>,
}

impl Reader {
    fn run(mut self, fs: &dyn Fs, segments: &[(PathBuf, u64)]) -> Result<(), GivenUp> {
        for (number, (path, offset)) in segments.iter().enumerate() {
            self.hand_on(Then::Segment(number))?;
            match SegmentReader::open(fs, path) {
                Ok(mut reader) => {
                    reader.skip_to(*offset);
                    self.segment(reader)?;
                }
                Err(error) => return self.hand_on(Then::Failed(error)),
            }
        }
        self.hand_on(Then::More)
    }

    fn segment(&mut self, mut reader: SegmentReader) -> Result<(), GivenUp> {
        loop {
            match reader.next_record() {
                Ok(Some(bytes)) => self.record(bytes)?,
                Ok(None) => return Ok(()),
                Err(damage) => {
                    return match damage.repairable() {
                        Ok(damage) => self.hand_on(Then::Damage(damage)),
                        Err(error) => {
                            self.hand_on(Then::Failed(error))?;
                            Err(GivenUp)
                        }
                    };
                }
            }
        }
    }

    fn record(&mut self, bytes: &[u8]) -> Result<(), GivenUp> {
        let Self { floats, starts, .. } = self;
        let decoded = match bytes.split_first() {
            None => return Ok(()),
            Some((&record::SAMPLES, body)) => samples::decode(body, |sample| floats.push(sample)),
            Some((&record::SAMPLES_V2, body)) => v2::decode_samples(body, |start, sample| {
                if start != 0 {
                    starts.resize(floats.len(), 0);
                    starts.push(start);
                }
                floats.push(sample);
            }),
            Some((&record::SERIES, body)) => return self.series(body),
            Some(_) => return self.hand_on(Then::Record(bytes.to_vec())),
        };
        match decoded {
            Err(bad) => self.hand_on(Then::Bad(bad)),
            Ok(()) if self.floats.len() >= SAMPLES => self.hand_on(Then::More),
            Ok(()) => Ok(()),
        }
    }

    /// Hands series on, not more than [`SERIES`] at a time.
    fn series(&mut self, body: &[u8]) -> Result<(), GivenUp> {
        let mut all = Vec::new();
        let mut given_up = Ok(());
        let end = series::decode(body, |id, pairs| {
            all.push(NewSeries::new(id, pairs));
            if all.len() >= SERIES && given_up.is_ok() {
                given_up = self.hand_on(Then::Series(std::mem::take(&mut all), Ok(())));
            }
        });
        given_up?;
        self.hand_on(Then::Series(all, end))
    }

    fn hand_on(&mut self, then: Then) -> Result<(), GivenUp> {
        let fresh = self.recycled.try_recv().unwrap_or_default();
        let floats = std::mem::replace(&mut self.floats, fresh);
        let starts = std::mem::take(&mut self.starts);
        self.send.send(Batch { floats, starts, then }).map_err(|_| GivenUp)
    }
}
