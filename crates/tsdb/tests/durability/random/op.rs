//! [`Op`]: one step of a life. Steps say everything relative to the present, so that any of them can be left out.

use narthex_tsdb::Compression;

use crate::Random;

/// The usual width of a level 1 block; stale series are not compacted ten minutes before the head is.
pub(super) const RANGE: i64 = 1_200_000;
/// Times are multiples of this, so that samples meet.
pub(super) const GRID: i64 = 10_000;
/// How many groups the series are in.
pub(super) const GROUPS: u64 = 3;

/// What does not change in a life.
#[derive(Debug, Clone)]
pub(super) struct Config {
    /// How long samples are kept, 0 for ever.
    pub(super) kept: i64,
    /// Whether start timestamps are stored.
    pub(super) starts: bool,
    pub(super) first: Opening,
}

/// How the database is opened.
#[derive(Debug, Clone)]
pub(super) struct Opening {
    /// How far back samples may come out of order.
    pub(super) window: i64,
    /// The width of a level 1 block.
    pub(super) range: i64,
    /// Whether floats and histograms are encoded with room for start timestamps; they must where these are stored.
    pub(super) room_for_starts: bool,
    pub(super) compression: Compression,
    pub(super) memory_snapshot: bool,
    pub(super) out_of_order_cap: usize,
    pub(super) segment_size: u64,
    /// From which part of the series on stale ones are compacted early, 0 for never.
    pub(super) stale_threshold: f64,
}

/// The value of a sample.
#[derive(Debug, Clone, Copy)]
pub(super) enum Kind {
    Float,
    Stale,
    Histogram,
    FloatHistogram,
    CustomHistogram,
}

/// A sample to append.
#[derive(Debug, Clone)]
pub(super) struct Sample {
    pub(super) id: u64,
    /// How far behind the present it is, in steps of the grid.
    pub(super) back: i64,
    pub(super) kind: Kind,
    pub(super) n: u64,
    pub(super) exemplar: bool,
    /// How long before the sample what it counts started, in milliseconds; 0 when that is not known.
    pub(super) started: i64,
}

/// What is going on when the process is killed.
#[derive(Debug, Clone, Copy)]
pub(super) enum During {
    Nothing,
    Maintenance,
    CleanUp,
    Close,
    Copy,
}

/// What comes between the appends of a transaction and its commit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Meanwhile {
    Nothing,
    Maintenance,
    /// There is no commit.
    Rollback,
}

/// A step.
#[derive(Debug, Clone)]
pub(super) enum Op {
    /// A commit, `advance` steps of the grid later. With `reading`, a reader that began before sees nothing of it.
    Append {
        advance: i64,
        samples: Vec<Sample>,
        reading: bool,
        meanwhile: Meanwhile,
    },
    /// The process is killed, and a byte of the newest head chunk file is wrong.
    Damage {
        back: u64,
        opening: Opening,
    },
    /// Deletes what a group has in a range.
    Delete {
        group: u64,
        back: i64,
        len: i64,
    },
    CleanUp,
    Maintain,
    /// Ends and starts the process.
    Restart {
        close: bool,
        opening: Opening,
    },
    /// Kills the process at the `at`th operation on files.
    Kill {
        during: During,
        at: u64,
        opening: Opening,
    },
    /// The power goes after everything was synced.
    PowerCut {
        strict: bool,
        opening: Opening,
    },
    /// Makes a copy and reads it.
    Copy,
    /// Reads a range.
    Check {
        back: i64,
        len: i64,
    },
}

impl Config {
    pub(super) fn random(random: &mut Random) -> Self {
        Self {
            kept: [0, 0, 8 * RANGE][random.below(3) as usize],
            starts: random.below(3) == 0,
            first: Opening::random(random),
        }
    }
}

impl Opening {
    fn random(random: &mut Random) -> Self {
        Self {
            window: [0, 3 * RANGE, 3 * RANGE, RANGE][random.below(4) as usize],
            range: [RANGE, RANGE, RANGE, RANGE / 2, 3 * RANGE][random.below(5) as usize],
            room_for_starts: random.below(4) == 0,
            compression: [Compression::None, Compression::Snappy, Compression::Zstd]
                [random.below(3) as usize],
            memory_snapshot: random.below(2) == 0,
            out_of_order_cap: [2, 5, 32][random.below(3) as usize],
            segment_size: [32, 64, 1024][random.below(3) as usize] * 1024,
            stale_threshold: [0.0, 0.05, 0.3][random.below(3) as usize],
        }
    }
}

impl Sample {
    fn random(random: &mut Random) -> Self {
        // Few series of each kind, and more and more of them; some change their kind.
        let width = 4 + random.below(20);
        let id = random.below(width);
        let kind = match (id % 5, random.below(20)) {
            (_, 0) => Kind::Stale,
            (3, _) | (_, 1) => Kind::Histogram,
            (4, n) if n % 2 == 0 => Kind::FloatHistogram,
            (4, _) => Kind::CustomHistogram,
            _ => Kind::Float,
        };
        let late = random.below(3) == 0;
        let back = if late { random.below(6 * (RANGE / GRID) as u64) as i64 } else { 0 };
        let (n, exemplar) = (random.below(1000), random.below(4) == 0);
        let started = [0, 1, 1 + random.below(7_200_000) as i64][random.below(3) as usize];
        Self { id, back, kind, n, exemplar, started }
    }
}

impl Op {
    pub(super) fn random(random: &mut Random) -> Self {
        let steps = RANGE / GRID;
        match random.below(60) {
            0 | 1 => Self::Restart { close: random.below(3) > 0, opening: Opening::random(random) },
            2 | 3 => {
                let during =
                    [During::Nothing, During::Maintenance, During::CleanUp, During::Close, During::Copy]
                        [random.below(5) as usize];
                Self::Kill { during, at: 1 + random.below(60), opening: Opening::random(random) }
            }
            4 => Self::PowerCut { strict: random.below(2) == 0, opening: Opening::random(random) },
            5 => Self::Copy,
            6 => Self::CleanUp,
            7 | 8 => Self::Delete {
                group: random.below(GROUPS),
                back: random.below(5 * steps as u64) as i64,
                len: random.below(steps as u64) as i64,
            },
            9..=13 => Self::Maintain,
            14..=18 => Self::Check {
                back: random.below(8 * steps as u64) as i64,
                len: random.below(2 * steps as u64) as i64,
            },
            19 => Self::Damage { back: 1 + random.below(2000), opening: Opening::random(random) },
            _ => Self::Append {
                advance: 1 + random.below(12) as i64,
                samples: (0..random.below(16)).map(|_| Sample::random(random)).collect(),
                reading: random.below(6) == 0,
                meanwhile: [Meanwhile::Nothing, Meanwhile::Maintenance, Meanwhile::Rollback]
                    [random.below(30).saturating_sub(27) as usize],
            },
        }
    }
}
