//! How the series of two vectors find each other in a binary operation.

/// How many series on each side may belong together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Cardinality {
    /// One and one.
    #[default]
    OneToOne,
    /// Many on the left: `group_left`.
    ManyToOne,
    /// Many on the right: `group_right`.
    OneToMany,
    /// Sets: `and`, `or`, `unless`.
    ManyToMany,
}

impl Cardinality {
    /// The name as the API's syntax tree writes it, for example `many-to-one`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::OneToOne => "one-to-one",
            Self::ManyToOne => "many-to-one",
            Self::OneToMany => "one-to-many",
            Self::ManyToMany => "many-to-many",
        }
    }
}

/// What stands in for a side that has no partner: `fill(0)`, `fill_left(0)`, `fill_right(0)`.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct FillValues {
    /// For a missing left side.
    pub left: Option<f64>,
    /// For a missing right side.
    pub right: Option<f64>,
}

impl FillValues {
    /// Whether nothing is filled.
    pub fn is_empty(self) -> bool {
        self.left.is_none() && self.right.is_none()
    }
}

/// The matching part of a binary operation between two vectors.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct VectorMatching {
    /// How many may match how many.
    pub card: Cardinality,
    /// The labels of `on (…)` or `ignoring (…)`.
    pub labels: Vec<String>,
    /// Whether `labels` are of `on`; without either modifier this is false and `labels` is empty.
    pub on: bool,
    /// The labels of `group_left (…)` or `group_right (…)`, taken over from the "one" side.
    pub include: Vec<String>,
    /// Values for missing partners.
    pub fill: FillValues,
}
