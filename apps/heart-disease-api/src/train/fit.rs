//! The fit itself: smartcore's logistic regression over the encoded columns.

use smartcore::linalg::basic::arrays::Array;
use smartcore::linalg::basic::matrix::DenseMatrix;
use smartcore::linear::logistic_regression::{LogisticRegression, LogisticRegressionParameters};

use crate::model::{COLUMNS, Encoding, Regression, encode};
use crate::patient::Patient;

/// A fit that did not work out.
#[derive(Debug, thiserror::Error)]
#[error("cannot fit the model: {0}")]
pub struct FitError(pub(super) smartcore::error::Failed);

/// The regression for these patients; `c` is the inverse of the L2 penalty.
pub(super) fn fit(patients: &[Patient], outcomes: &[bool], c: f64) -> Result<Regression, FitError> {
    let encoding = Encoding::learn(patients);
    let cells = patients.iter().flat_map(|patient| encode(patient, &encoding)).collect();
    let x = DenseMatrix::new(patients.len(), COLUMNS.len(), cells, false).map_err(FitError)?;
    let y: Vec<u32> = outcomes.iter().map(|disease| u32::from(*disease)).collect();
    let parameters = LogisticRegressionParameters::default().with_alpha(1.0 / c);
    let fitted = LogisticRegression::fit(&x, &y, parameters).map_err(FitError)?;
    let weights = fitted.coefficients();
    let intercept = *fitted.intercept().get((0, 0));
    let weights = (0..COLUMNS.len()).map(|column| *weights.get((0, column))).collect();
    Ok(Regression { encoding, intercept, weights })
}
