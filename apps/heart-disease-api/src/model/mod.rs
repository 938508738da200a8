//! The prediction model: a logistic regression over encoded features, read from the file that training wrote.
//!
//! Called by the routes. The file is JSON; [`Model::built_in`] is the one of the repository.

mod encoding;
mod file;
mod reference;
mod regression;

pub use encoding::{COLUMNS, Column, Encoding, encode};
pub use file::{CrossValidation, ModelFile, Score};
pub use reference::Reference;
pub use regression::{Prediction, Regression};

use crate::patient::{FEATURES, Patient};

const BUILT_IN: &str = include_str!("../../model/heart-disease.json");

/// Why a model file cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ModelError {
    /// Not JSON, or not of this shape.
    #[error("the model file does not parse: {0}")]
    Parse(#[from] serde_json::Error),
    /// The file was written by another version of the encoding.
    #[error(
        "the model file has {found} weights where this program encodes {expected} columns: train it again"
    )]
    Columns {
        /// Weights in the file.
        found: usize,
        /// Columns of [`COLUMNS`].
        expected: usize,
    },
    /// The file does not say where the training data of each feature lies.
    #[error("the model file has a reference for {found} features where there are {expected}: train it again")]
    Reference {
        /// References in the file.
        found: usize,
        /// Features of a patient.
        expected: usize,
    },
}

/// A model that is ready to predict.
#[derive(Debug, Clone)]
pub struct Model {
    file: ModelFile,
}

impl Model {
    /// The model of the repository.
    pub fn built_in() -> Result<Self, ModelError> {
        Self::from_json(BUILT_IN)
    }

    /// Reads a model file's text.
    pub fn from_json(text: &str) -> Result<Self, ModelError> {
        Self::from_file(serde_json::from_str(text)?)
    }

    /// Takes a parsed model file.
    pub fn from_file(file: ModelFile) -> Result<Self, ModelError> {
        let (weights, references) = (file.regression.weights.len(), file.reference.len());
        if weights != COLUMNS.len() {
            return Err(ModelError::Columns { found: weights, expected: COLUMNS.len() });
        }
        if references != FEATURES.len() {
            return Err(ModelError::Reference { found: references, expected: FEATURES.len() });
        }
        Ok(Self { file })
    }

    /// Everything that is known of the model.
    pub fn file(&self) -> &ModelFile {
        &self.file
    }

    /// Where each feature of a patient lies in the training data, from 0 to 1, in the order of [`FEATURES`].
    pub fn ranks(&self, patient: &Patient) -> [f64; FEATURES.len()] {
        let mut ranks = *patient.values();
        for (value, reference) in ranks.iter_mut().zip(&self.file.reference) {
            *value = reference.rank(*value);
        }
        ranks
    }

    /// The version that answers and metrics name.
    pub fn version(&self) -> &str {
        &self.file.version
    }

    /// Predicts for one patient.
    pub fn predict(&self, patient: &Patient) -> Prediction {
        self.file.regression.predict(patient)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_example_patient_is_probably_healthy() {
        let model = Model::built_in().unwrap();
        let patient =
            Patient::from_values([63., 1., 3., 145., 233., 1., 0., 150., 0., 2.3, 0., 0., 1.]).unwrap();
        let prediction = model.predict(&patient);
        assert!(!prediction.disease);
        assert!((0.2..0.48).contains(&prediction.probability), "{}", prediction.probability);
    }

    #[test]
    fn an_extreme_value_is_taken_as_the_end_of_what_was_seen() {
        let model = Model::built_in().unwrap();
        let mut values = [63., 1., 3., 145., 233., 1., 0., 150., 0., 2.3, 0., 0., 1.];
        values[4] = 1e308;
        let probability = model.predict(&Patient::from_values(values).unwrap()).probability;
        values[4] = 564.0;
        assert_eq!(probability, model.predict(&Patient::from_values(values).unwrap()).probability);
    }

    #[test]
    fn a_file_of_another_shape_is_refused() {
        let mut file: ModelFile = serde_json::from_str(BUILT_IN).unwrap();
        file.regression.weights.pop();
        assert!(matches!(Model::from_file(file), Err(ModelError::Columns { .. })));
    }
}
