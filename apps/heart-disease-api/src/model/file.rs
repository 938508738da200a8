//! The model file's shape: written by training, read at start.

use serde::{Deserialize, Serialize};

use super::{Reference, Regression};

/// Everything a prediction needs, and where it comes from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ModelFile {
    /// Name and number, for example `logistic-1`.
    pub version: String,
    /// SHA-256 of the training data file, hexadecimal.
    pub data_sha256: String,
    /// Patients trained on.
    pub patients: usize,
    /// The inverse of the L2 penalty.
    pub regularisation_c: f64,
    /// What was fitted.
    #[serde(flatten)]
    pub regression: Regression,
    /// Where the training data of each feature lies, in the order of the request.
    pub reference: Vec<Reference>,
    /// How well the same training does on patients it has not seen.
    pub cross_validation: CrossValidation,
}

/// Stratified cross-validation, repeated with several seeds.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CrossValidation {
    /// Parts the data is cut into.
    pub folds: usize,
    /// Repetitions, one seed each.
    pub repeats: usize,
    /// The first seed.
    pub seed: u64,
    /// Share of right predictions.
    pub accuracy: Score,
    /// Area under the receiver operating characteristic.
    pub roc_auc: Score,
    /// Mean squared error of the probability.
    pub brier: Score,
}

/// A figure over the repetitions.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Score {
    /// Mean over the repetitions.
    pub mean: f64,
    /// Lower end of the 95 % confidence interval (for one run over all patients).
    pub low: f64,
    /// Upper end of the interval.
    pub high: f64,
}
