//! Selectors: the leaves that read series.

use narthex_model::{Matcher, Timestamp};

use super::{DurationValue, PosRange};

/// The `@` modifier.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum At {
    /// `@ 1609746000`, here in milliseconds.
    Timestamp(Timestamp),
    /// `@ start()`
    Start,
    /// `@ end()`
    End,
}

/// How a selector treats the borders of its range.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum RangeMode {
    /// The samples inside.
    #[default]
    Plain,
    /// `anchored`: with the sample before the range moved onto its start.
    Anchored,
    /// `smoothed`: with values interpolated at both borders.
    Smoothed,
}

/// `name{matchers}` with its modifiers.
#[derive(Debug, Clone, PartialEq)]
pub struct VectorSelector {
    /// The metric name as written before or inside the braces; empty when there is none.
    pub name: String,
    /// All matchers in the order of writing; the one on `__name__` that stands for `name` comes last.
    pub matchers: Vec<Matcher>,
    /// `offset …`; zero without.
    pub offset: DurationValue,
    /// `@ …`
    pub at: Option<At>,
    /// `anchored` or `smoothed`.
    pub mode: RangeMode,
    /// From the name to the end of the braces and modifiers.
    pub pos: PosRange,
}

/// `name{matchers}[range]` with its modifiers, which are held by `vector`.
#[derive(Debug, Clone, PartialEq)]
pub struct MatrixSelector {
    /// What is selected.
    pub vector: VectorSelector,
    /// How far back.
    pub range: DurationValue,
    /// From the name to the end of the brackets and modifiers.
    pub pos: PosRange,
}
