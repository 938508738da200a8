//! Repeated stratified cross-validation: how the model does on patients that it has not seen.

use crate::model::{CrossValidation, Score};
use crate::patient::Patient;

use super::fit::{FitError, fit};
use super::{Parameters, scores};

const FOLDS: usize = 10;
const REPEATS: usize = 5;

/// Runs the cross-validation.
pub(super) fn cross_validate(
    patients: &[Patient],
    outcomes: &[bool],
    parameters: Parameters,
) -> Result<CrossValidation, FitError> {
    let (mut accuracy, mut auc, mut brier) = (Vec::new(), Vec::new(), Vec::new());
    for repeat in 0..REPEATS as u64 {
        let probabilities = out_of_fold(patients, outcomes, parameters.c, parameters.seed + repeat)?;
        accuracy.push(scores::accuracy(&probabilities, outcomes));
        auc.push(scores::roc_auc(&probabilities, outcomes));
        brier.push(scores::brier(&probabilities, outcomes));
    }
    let (positive, negative) =
        (outcomes.iter().filter(|d| **d).count() as f64, outcomes.iter().filter(|d| !**d).count() as f64);
    let score = |values: &[f64], error: fn(f64, f64, f64) -> f64| {
        let mean = values.iter().sum::<f64>() / values.len() as f64;
        let half = 1.96 * error(mean, positive, negative);
        Score { mean, low: mean - half, high: mean + half }
    };
    Ok(CrossValidation {
        folds: FOLDS,
        repeats: REPEATS,
        seed: parameters.seed,
        accuracy: score(&accuracy, scores::accuracy_error),
        roc_auc: score(&auc, scores::auc_error),
        brier: score(&brier, scores::brier_error),
    })
}

/// Each patient's probability by a model that was fitted without that patient's fold.
fn out_of_fold(patients: &[Patient], outcomes: &[bool], c: f64, seed: u64) -> Result<Vec<f64>, FitError> {
    let folds = stratified(outcomes, seed);
    let mut probabilities = vec![0.5; patients.len()];
    for fold in 0..FOLDS {
        let seen: Vec<usize> = (0..patients.len()).filter(|i| folds[*i] != fold).collect();
        let train: Vec<_> = seen.iter().map(|i| patients[*i]).collect();
        let known: Vec<_> = seen.iter().map(|i| outcomes[*i]).collect();
        let regression = fit(&train, &known, c)?;
        for i in (0..patients.len()).filter(|i| folds[*i] == fold) {
            probabilities[i] = regression.predict(&patients[i]).probability;
        }
    }
    Ok(probabilities)
}

/// A fold for every patient, so that each fold has its share of both outcomes.
fn stratified(outcomes: &[bool], seed: u64) -> Vec<usize> {
    let mut random = SplitMix(seed);
    let mut folds = vec![0; outcomes.len()];
    for class in [false, true] {
        let mut members: Vec<usize> = (0..outcomes.len()).filter(|i| outcomes[*i] == class).collect();
        for i in (1..members.len()).rev() {
            members.swap(i, (random.next() % (i as u64 + 1)) as usize);
        }
        for (place, member) in members.into_iter().enumerate() {
            folds[member] = place % FOLDS;
        }
    }
    folds
}

/// SplitMix64: small, seedable, the same on every machine.
struct SplitMix(u64);

impl SplitMix {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folds_hold_their_share_of_both_outcomes() {
        let outcomes: Vec<bool> = (0..100).map(|i| i % 4 == 0).collect();
        let folds = stratified(&outcomes, 7);
        for fold in 0..FOLDS {
            let members: Vec<_> = (0..100).filter(|i| folds[*i] == fold).collect();
            assert!((10..=11).contains(&members.len()) || members.len() == 9, "{}", members.len());
            let sick = members.iter().filter(|i| outcomes[**i]).count();
            assert!((2..=3).contains(&sick));
        }
        assert_eq!(folds, stratified(&outcomes, 7));
        assert_ne!(folds, stratified(&outcomes, 8));
    }
}
