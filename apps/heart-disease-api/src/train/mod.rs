//! `heart-disease-api train`: fits the model on the data of the repository, prints how good it is, writes the file.
//!
//! Reproducible: the same data, seed and parameters give the same file.

mod data;
mod fit;
mod scores;
mod validate;

use std::fmt::Write as _;
use std::path::Path;

use sha2::{Digest, Sha256};

use crate::model::{ModelFile, Reference};

pub use data::DataError;
pub use fit::FitError;

const DATA: &str = include_str!("../../data/heart_disease.tab");
/// The version that the written file names.
const VERSION: &str = "logistic-1";

/// What training is told.
#[derive(Debug, Clone, Copy)]
pub struct Parameters {
    /// First seed of the cross-validation.
    pub seed: u64,
    /// Inverse of the L2 penalty.
    pub c: f64,
}

/// Why training failed.
#[derive(Debug, thiserror::Error)]
pub enum TrainError {
    /// The data file is not as documented.
    #[error(transparent)]
    Data(#[from] DataError),
    /// The fit did not work out.
    #[error(transparent)]
    Fit(#[from] FitError),
    /// The file could not be made.
    #[error("cannot write the model file: {0}")]
    Json(#[from] serde_json::Error),
    /// The file could not be written.
    #[error("cannot write {path}: {source}")]
    Write {
        /// Where it was to go.
        path: String,
        /// The system's error.
        source: std::io::Error,
    },
}

/// Trains and returns the model file.
pub fn train(parameters: Parameters) -> Result<ModelFile, TrainError> {
    let cases = data::read(DATA)?;
    let patients: Vec<_> = cases.iter().map(|case| case.patient).collect();
    let outcomes: Vec<_> = cases.iter().map(|case| case.disease).collect();
    let regression = fit::fit(&patients, &outcomes, parameters.c)?;
    let cross_validation = validate::cross_validate(&patients, &outcomes, parameters)?;
    let data_sha256 = Sha256::digest(DATA).iter().fold(String::new(), |mut hex, byte| {
        let _infallible = write!(hex, "{byte:02x}");
        hex
    });
    Ok(ModelFile {
        version: VERSION.to_owned(),
        data_sha256,
        patients: patients.len(),
        regularisation_c: parameters.c,
        regression,
        reference: Reference::learn(&patients),
        cross_validation,
    })
}

/// Trains, writes the file to `path` and returns a report for people.
pub fn run(parameters: Parameters, path: &Path) -> Result<String, TrainError> {
    let file = train(parameters)?;
    let mut text = serde_json::to_string_pretty(&file)?;
    text.push('\n');
    std::fs::write(path, text)
        .map_err(|source| TrainError::Write { path: path.display().to_string(), source })?;
    let cv = &file.cross_validation;
    let mut report = format!(
        "{} patients, {}-fold stratified cross-validation, {} repetitions from seed {}\n",
        file.patients, cv.folds, cv.repeats, cv.seed
    );
    for (name, score) in [("accuracy", cv.accuracy), ("ROC AUC", cv.roc_auc), ("Brier", cv.brier)] {
        let _infallible =
            writeln!(report, "{name:>9}  {:.3}  (95 % CI {:.3} to {:.3})", score.mean, score.low, score.high);
    }
    let _infallible = writeln!(report, "wrote {}", path.display());
    Ok(report)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Model;

    #[test]
    fn the_repository_holds_what_training_writes() {
        let fresh = train(Parameters { seed: 1, c: 0.2 }).unwrap();
        let kept: ModelFile = serde_json::from_str(include_str!("../../model/heart-disease.json")).unwrap();
        assert_eq!(fresh.data_sha256, kept.data_sha256);
        assert_eq!(fresh.regression.encoding, kept.regression.encoding);
        assert_eq!(fresh.reference, kept.reference);
        for (a, b) in fresh.regression.weights.iter().zip(&kept.regression.weights) {
            assert!((a - b).abs() < 1e-6, "{a} {b}");
        }
    }

    #[test]
    fn unseen_patients_are_predicted_as_well_as_published() {
        let cv = train(Parameters { seed: 1, c: 0.2 }).unwrap().cross_validation;
        assert!(cv.roc_auc.mean >= 0.90, "{}", cv.roc_auc.mean);
        assert!(cv.accuracy.mean >= 0.82, "{}", cv.accuracy.mean);
        assert!(cv.brier.mean <= 0.13, "{}", cv.brier.mean);
    }

    #[test]
    fn most_of_the_training_data_is_predicted_right() {
        let model = Model::from_file(train(Parameters { seed: 1, c: 0.2 }).unwrap()).unwrap();
        let cases = data::read(DATA).unwrap();
        let right = cases.iter().filter(|case| model.predict(&case.patient).disease == case.disease).count();
        assert!(right as f64 / cases.len() as f64 > 0.84, "{right}");
    }
}
