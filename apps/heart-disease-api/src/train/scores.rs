//! The figures of a validation and their standard errors.

/// Share of patients on the right side of one half.
pub(super) fn accuracy(probabilities: &[f64], outcomes: &[bool]) -> f64 {
    let right = probabilities.iter().zip(outcomes).filter(|(p, d)| (**p >= 0.5) == **d).count();
    right as f64 / outcomes.len() as f64
}

/// Area under the ROC curve: how often a diseased patient gets a higher probability than a healthy one.
pub(super) fn roc_auc(probabilities: &[f64], outcomes: &[bool]) -> f64 {
    let side = |disease: bool| {
        probabilities.iter().zip(outcomes).filter(move |(_, d)| **d == disease).map(|(p, _)| *p)
    };
    let (mut wins, mut pairs) = (0.0, 0.0);
    for sick in side(true) {
        for healthy in side(false) {
            pairs += 1.0;
            if sick > healthy {
                wins += 1.0;
            } else if sick == healthy {
                wins += 0.5;
            }
        }
    }
    wins / pairs
}

/// Mean squared error of the probability.
pub(super) fn brier(probabilities: &[f64], outcomes: &[bool]) -> f64 {
    let sum: f64 =
        probabilities.iter().zip(outcomes).map(|(p, d)| (p - f64::from(u8::from(*d))).powi(2)).sum();
    sum / outcomes.len() as f64
}

/// Standard error of a share.
pub(super) fn accuracy_error(mean: f64, positive: f64, negative: f64) -> f64 {
    (mean * (1.0 - mean) / (positive + negative)).sqrt()
}

/// Standard error of an area under the curve (Hanley and McNeil, 1982).
pub(super) fn auc_error(auc: f64, positive: f64, negative: f64) -> f64 {
    let q1 = auc / (2.0 - auc);
    let q2 = 2.0 * auc * auc / (1.0 + auc);
    let variance =
        auc * (1.0 - auc) + (positive - 1.0) * (q1 - auc * auc) + (negative - 1.0) * (q2 - auc * auc);
    (variance / (positive * negative)).sqrt()
}

/// Upper bound of the standard error of a Brier score: squared errors lie between 0 and 1.
pub(super) fn brier_error(mean: f64, positive: f64, negative: f64) -> f64 {
    (mean * (1.0 - mean) / (positive + negative)).sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_of_a_small_case() {
        let probabilities = [0.9, 0.8, 0.4, 0.3];
        let outcomes = [true, false, true, false];
        assert_eq!(accuracy(&probabilities, &outcomes), 0.5);
        assert_eq!(roc_auc(&probabilities, &outcomes), 0.75);
        assert!((brier(&probabilities, &outcomes) - (0.01 + 0.64 + 0.36 + 0.09) / 4.0).abs() < 1e-12);
    }
}
