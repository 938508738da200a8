//! Where the training data lies, feature by feature: so that one can see when patients come from somewhere else.
//!
//! Learned by training, kept in the model file, asked by the routes for every prediction.

use serde::{Deserialize, Serialize};

use crate::patient::{FEATURES, Kind, Patient};

/// Points kept for a feature that is a number: the 0 %, 5 %, … 100 % quantiles.
const POINTS: usize = 21;

/// The distribution of one feature in the training data: ascending values, each with its rank.
///
/// The rank of a value is the share of the training data below it, plus half of the share that has this value. Over the training
/// data itself the ranks have a mean of one half.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Reference(Vec<(f64, f64)>);

impl Reference {
    /// The distributions of all features over `patients`.
    pub fn learn(patients: &[Patient]) -> Vec<Self> {
        let learn = |index: usize, kind: Kind| {
            let mut values: Vec<f64> = patients.iter().map(|patient| patient.values()[index]).collect();
            values.sort_by(f64::total_cmp);
            let chosen: Vec<f64> = match kind {
                Kind::Category(categories) => (0..categories.len()).map(|value| value as f64).collect(),
                Kind::Number { .. } => quantiles(&values),
            };
            Self(chosen.into_iter().map(|value| (value, rank(&values, value))).collect())
        };
        FEATURES.iter().enumerate().map(|(index, feature)| learn(index, feature.kind)).collect()
    }

    /// The rank of `value`, from 0 to 1; between two known values it is interpolated.
    pub fn rank(&self, value: f64) -> f64 {
        // Categories are all known, in order: no need to search.
        if let Some((known, rank)) = self.0.get(value as usize)
            && *known == value
        {
            return *rank;
        }
        let above = self.0.partition_point(|(known, _)| *known < value);
        match (above.checked_sub(1).and_then(|below| self.0.get(below)), self.0.get(above)) {
            (_, Some((known, rank))) if *known == value => *rank,
            (Some((low, from)), Some((high, to))) => from + (to - from) * (value - low) / (high - low),
            (None, _) => 0.0,
            (_, None) => 1.0,
        }
    }
}

fn quantiles(sorted: &[f64]) -> Vec<f64> {
    let last = sorted.len().saturating_sub(1);
    let mut chosen: Vec<f64> =
        (0..POINTS).filter_map(|point| sorted.get(point * last / (POINTS - 1)).copied()).collect();
    chosen.dedup();
    chosen
}

fn rank(sorted: &[f64], value: f64) -> f64 {
    let below = sorted.partition_point(|other| *other < value);
    let same = sorted.partition_point(|other| *other <= value) - below;
    (below as f64 + same as f64 / 2.0) / sorted.len().max(1) as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn patients() -> Vec<Patient> {
        (0..100)
            .map(|number| {
                let mut values = [63., 1., 3., 145., 233., 1., 0., 150., 0., 2.3, 0., 0., 1.];
                values[0] = f64::from(number);
                values[1] = f64::from(u8::from(number >= 25));
                Patient::from_values(values).unwrap()
            })
            .collect()
    }

    #[test]
    fn ranks_of_what_was_learned_have_a_mean_of_one_half() {
        let patients = patients();
        for (index, reference) in Reference::learn(&patients).iter().enumerate() {
            let ranks: Vec<f64> = patients.iter().map(|p| reference.rank(p.values()[index])).collect();
            let mean = ranks.iter().sum::<f64>() / 100.0;
            assert!((mean - 0.5).abs() < 0.02, "{}: {mean}", FEATURES[index].name);
        }
    }

    #[test]
    fn strange_values_are_at_the_ends() {
        let references = Reference::learn(&patients());
        assert_eq!((references[0].rank(-1.0), references[0].rank(110.0)), (0.0, 1.0));
        assert_eq!(references[1].rank(0.0), 0.125);
        assert_eq!(references[1].rank(1.0), 0.625);
        assert!(references[0].rank(50.0) > 0.45 && references[0].rank(50.0) < 0.55);
        assert_eq!(Reference(Vec::new()).rank(1.0), 0.0);
    }
}
