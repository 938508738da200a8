//! The regression itself: weights over encoded columns; made by training, asked by the routes.

use serde::{Deserialize, Serialize};

use super::{COLUMNS, Encoding, encode};
use crate::patient::{FEATURES, Patient};

/// A fitted logistic regression.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Regression {
    /// How features become columns.
    pub encoding: Encoding,
    /// Log-odds when all columns are zero.
    pub intercept: f64,
    /// One weight for each of [`COLUMNS`].
    pub weights: Vec<f64>,
}

/// The answer for one patient.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Prediction {
    /// Whether disease is more likely than not.
    pub disease: bool,
    /// Probability of disease, 0 to 1.
    pub probability: f64,
    /// What each feature added to the log-odds, in the order of [`FEATURES`].
    pub contributions: [f64; FEATURES.len()],
}

impl Regression {
    /// Predicts for one patient.
    pub fn predict(&self, patient: &Patient) -> Prediction {
        let columns = encode(patient, &self.encoding);
        let mut contributions = [0.0; FEATURES.len()];
        for ((column, value), weight) in COLUMNS.iter().zip(columns).zip(&self.weights) {
            contributions[column.feature] += weight * value;
        }
        let log_odds = self.intercept + contributions.iter().sum::<f64>();
        let probability = 1.0 / (1.0 + (-log_odds).exp());
        Prediction { disease: probability >= 0.5, probability, contributions }
    }
}
