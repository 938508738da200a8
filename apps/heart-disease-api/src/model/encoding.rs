//! From a patient to the columns of the model: numbers standardised, categories one-hot.
//!
//! Called by prediction and by training, so that both see the same columns. Missing values (`ca` 4, `thal` 0) count
//! as the commonest value of the training data; numbers are clipped to the range that training saw.

use serde::{Deserialize, Serialize};

use crate::patient::Patient;

/// Where a column comes from.
#[derive(Debug, Clone, Copy)]
pub struct Column {
    /// Index into [`FEATURES`](crate::patient::FEATURES).
    pub feature: usize,
    /// The category that this column stands for; `None` for a number.
    pub category: Option<u8>,
}

const fn number(feature: usize) -> Column {
    Column { feature, category: None }
}

const fn category(feature: usize, value: u8) -> Column {
    Column { feature, category: Some(value) }
}

/// The model's columns.
pub const COLUMNS: [Column; 25] = [
    number(AGE),
    number(TRESTBPS),
    number(CHOL),
    number(THALACH),
    number(OLDPEAK),
    category(1, 1),
    category(2, 0),
    category(2, 1),
    category(2, 2),
    category(2, 3),
    category(5, 1),
    category(6, 0),
    category(6, 1),
    category(6, 2),
    category(8, 1),
    category(10, 0),
    category(10, 1),
    category(10, 2),
    category(CA, 0),
    category(CA, 1),
    category(CA, 2),
    category(CA, 3),
    category(THAL, 1),
    category(THAL, 2),
    category(THAL, 3),
];

const AGE: usize = 0;
const TRESTBPS: usize = 3;
const CHOL: usize = 4;
const THALACH: usize = 7;
const OLDPEAK: usize = 9;
const CA: usize = 11;
const THAL: usize = 12;

/// How a number is standardised, learned from the training data.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Scale {
    /// Mean.
    pub mean: f64,
    /// Standard deviation.
    pub deviation: f64,
    /// Least value seen.
    pub min: f64,
    /// Greatest value seen.
    pub max: f64,
}

/// What encoding has to know of the training data.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Encoding {
    /// One scale for each number, in the order of [`COLUMNS`].
    pub scales: Vec<Scale>,
    /// What a missing `ca` counts as.
    pub ca_when_missing: u8,
    /// What a missing `thal` counts as.
    pub thal_when_missing: u8,
}

impl Encoding {
    /// Learns scales and commonest values.
    pub fn learn(patients: &[Patient]) -> Self {
        let scales = COLUMNS
            .iter()
            .filter(|column| column.category.is_none())
            .map(|column| scale(patients.iter().map(|p| p.values()[column.feature])))
            .collect();
        Self {
            scales,
            ca_when_missing: commonest(patients, CA, 4),
            thal_when_missing: commonest(patients, THAL, 0),
        }
    }
}

fn scale(values: impl Iterator<Item = f64> + Clone) -> Scale {
    let count = values.clone().count().max(1) as f64;
    let mean = values.clone().sum::<f64>() / count;
    let variance = values.clone().map(|v| (v - mean).powi(2)).sum::<f64>() / count;
    Scale {
        mean,
        deviation: if variance > 0.0 { variance.sqrt() } else { 1.0 },
        min: values.clone().fold(f64::INFINITY, f64::min),
        max: values.fold(f64::NEG_INFINITY, f64::max),
    }
}

fn commonest(patients: &[Patient], feature: usize, missing: u8) -> u8 {
    let count = |category: u8| patients.iter().filter(|p| p.values()[feature] == f64::from(category)).count();
    (0..5)
        .filter(|category| *category != missing)
        .max_by_key(|category| (count(*category), u8::MAX - category))
        .unwrap_or(0)
}

/// The columns of one patient.
pub fn encode(patient: &Patient, encoding: &Encoding) -> [f64; COLUMNS.len()] {
    let mut values = *patient.values();
    if values[CA] == 4.0 {
        values[CA] = f64::from(encoding.ca_when_missing);
    }
    if values[THAL] == 0.0 {
        values[THAL] = f64::from(encoding.thal_when_missing);
    }
    let mut scales = encoding.scales.iter();
    COLUMNS.map(|column| {
        let value = values[column.feature];
        match column.category {
            Some(category) => f64::from(u8::from(value == f64::from(category))),
            None => scales.next().map_or(0.0, |s| (value.max(s.min).min(s.max) - s.mean) / s.deviation),
        }
    })
}
