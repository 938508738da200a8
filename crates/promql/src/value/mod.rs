//! What a query answers: scalars, strings, instant vectors and matrices. Made by the engine, read by the HTTP API, the
//! rules and the script runner.
//!
//! * Every timestamp is in milliseconds since the epoch.
//! * A matrix is sorted by labels; the points of a series ascend in time.
//! * A vector keeps the order in which the query put it (`sort`, `topk`, …).

mod matrix;
mod vector;

pub use matrix::MatrixSeries;
pub use vector::{PointValue, VectorSample};

use narthex_model::Timestamp;

/// The value of a query.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// One number.
    Scalar {
        /// When it was computed.
        t: Timestamp,
        /// The number.
        v: f64,
    },
    /// One text.
    String {
        /// When it was computed.
        t: Timestamp,
        /// The text.
        v: String,
    },
    /// One point for each of a set of series.
    Vector(Vec<VectorSample>),
    /// Points over time for each of a set of series.
    Matrix(Vec<MatrixSeries>),
}

impl Value {
    /// The name that the HTTP API gives to this kind of value.
    pub fn type_name(&self) -> &'static str {
        match self {
            Self::Scalar { .. } => "scalar",
            Self::String { .. } => "string",
            Self::Vector(_) => "vector",
            Self::Matrix(_) => "matrix",
        }
    }

    /// How many points the value holds.
    pub fn total_samples(&self) -> usize {
        match self {
            Self::Scalar { .. } | Self::String { .. } => 1,
            Self::Vector(vector) => vector.len(),
            Self::Matrix(matrix) => matrix.iter().map(MatrixSeries::len).sum(),
        }
    }
}
