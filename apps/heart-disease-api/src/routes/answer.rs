//! The answer for one patient, written without a detour over JSON values.

use serde::ser::SerializeMap as _;
use serde::{Serialize, Serializer};

use crate::model::Prediction;
use crate::patient::FEATURES;

/// One prediction as the client sees it.
#[derive(Debug, Serialize)]
pub(super) struct Answer<'a> {
    /// 1 disease, 0 no disease.
    prediction: u8,
    /// Probability of disease, 0 to 1.
    probability: f64,
    /// The model that answered; not in the answers of a batch, which names it once.
    #[serde(skip_serializing_if = "Option::is_none")]
    model_version: Option<&'a str>,
    /// What each feature added to the log-odds of disease.
    #[serde(serialize_with = "by_name")]
    contributions: [f64; FEATURES.len()],
}

impl<'a> Answer<'a> {
    pub(super) fn new(prediction: &Prediction, model_version: Option<&'a str>) -> Self {
        Self {
            prediction: u8::from(prediction.disease),
            probability: prediction.probability,
            model_version,
            contributions: prediction.contributions,
        }
    }
}

fn by_name<S: Serializer>(values: &[f64; FEATURES.len()], serializer: S) -> Result<S::Ok, S::Error> {
    let mut map = serializer.serialize_map(Some(values.len()))?;
    for (feature, value) in FEATURES.iter().zip(values) {
        map.serialize_entry(feature.name, value)?;
    }
    map.end()
}
