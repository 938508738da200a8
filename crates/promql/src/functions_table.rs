//! The signatures of all functions; read by the parser's type check, by the engine's dispatch and by the API's feature list.
//!
//! Invariant: the table is sorted by name, so that [`lookup`] can search in it.

use crate::ast::ValueType;
use crate::ast::ValueType::{Matrix, Scalar, String, Vector};

/// How many arguments a function takes, given its list of argument types.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Arity {
    /// Exactly one of each type.
    Exact,
    /// The last type may be left out, or repeated so that it stands at most this often.
    Optional(usize),
    /// The last type may be left out or repeated without limit.
    Unlimited,
}

/// The signature of one function.
#[derive(Debug, PartialEq, Eq)]
pub struct Signature {
    /// The name as written; functions' names are case-sensitive.
    pub name: &'static str,
    /// The types of the arguments; with an [`Arity`] other than `Exact` the last one is optional and may repeat.
    pub args: &'static [ValueType],
    /// How often the last argument may stand.
    pub arity: Arity,
    /// What a call evaluates to.
    pub returns: ValueType,
    /// Whether it needs the experimental functions to be enabled.
    pub experimental: bool,
}

impl Signature {
    const fn experimental(mut self) -> Self {
        self.experimental = true;
        self
    }

    /// The fewest arguments of a call.
    pub fn min_args(&self) -> usize {
        match self.arity {
            Arity::Exact => self.args.len(),
            Arity::Optional(_) | Arity::Unlimited => self.args.len().saturating_sub(1),
        }
    }

    /// The most arguments of a call, `None` = any number.
    pub fn max_args(&self) -> Option<usize> {
        match self.arity {
            Arity::Exact => Some(self.args.len()),
            Arity::Optional(repeats) => Some(self.min_args() + repeats),
            Arity::Unlimited => None,
        }
    }

    /// The type of the argument at `index`.
    pub fn arg_type(&self, index: usize) -> ValueType {
        self.args.get(index).or(self.args.last()).copied().unwrap_or(ValueType::None)
    }
}

const fn signature(
    name: &'static str,
    args: &'static [ValueType],
    arity: Arity,
    returns: ValueType,
) -> Signature {
    Signature { name, args, arity, returns, experimental: false }
}

/// All functions, sorted by name.
pub static FUNCTIONS: &[Signature] = &[
    signature("abs", &[Vector], Arity::Exact, Vector),
    signature("absent", &[Vector], Arity::Exact, Vector),
    signature("absent_over_time", &[Matrix], Arity::Exact, Vector),
    signature("acos", &[Vector], Arity::Exact, Vector),
    signature("acosh", &[Vector], Arity::Exact, Vector),
    signature("asin", &[Vector], Arity::Exact, Vector),
    signature("asinh", &[Vector], Arity::Exact, Vector),
    signature("atan", &[Vector], Arity::Exact, Vector),
    signature("atanh", &[Vector], Arity::Exact, Vector),
    signature("avg_over_time", &[Matrix], Arity::Exact, Vector),
    signature("ceil", &[Vector], Arity::Exact, Vector),
    signature("changes", &[Matrix], Arity::Exact, Vector),
    signature("clamp", &[Vector, Scalar, Scalar], Arity::Exact, Vector),
    signature("clamp_max", &[Vector, Scalar], Arity::Exact, Vector),
    signature("clamp_min", &[Vector, Scalar], Arity::Exact, Vector),
    signature("cos", &[Vector], Arity::Exact, Vector),
    signature("cosh", &[Vector], Arity::Exact, Vector),
    signature("count_over_time", &[Matrix], Arity::Exact, Vector),
    signature("day_of_month", &[Vector], Arity::Optional(1), Vector),
    signature("day_of_week", &[Vector], Arity::Optional(1), Vector),
    signature("day_of_year", &[Vector], Arity::Optional(1), Vector),
    signature("days_in_month", &[Vector], Arity::Optional(1), Vector),
    signature("deg", &[Vector], Arity::Exact, Vector),
    signature("delta", &[Matrix], Arity::Exact, Vector),
    signature("deriv", &[Matrix], Arity::Exact, Vector),
    signature("double_exponential_smoothing", &[Matrix, Scalar, Scalar], Arity::Exact, Vector).experimental(),
    signature("end", &[], Arity::Exact, Scalar).experimental(),
    signature("exp", &[Vector], Arity::Exact, Vector),
    signature("first_over_time", &[Matrix], Arity::Exact, Vector).experimental(),
    signature("floor", &[Vector], Arity::Exact, Vector),
    signature("histogram_avg", &[Vector], Arity::Exact, Vector),
    signature("histogram_count", &[Vector], Arity::Exact, Vector),
    signature("histogram_fraction", &[Scalar, Scalar, Vector], Arity::Exact, Vector),
    signature("histogram_quantile", &[Scalar, Vector], Arity::Exact, Vector),
    signature("histogram_quantiles", &[Vector, String, Scalar, Scalar], Arity::Optional(9), Vector)
        .experimental(),
    signature("histogram_stddev", &[Vector], Arity::Exact, Vector),
    signature("histogram_stdvar", &[Vector], Arity::Exact, Vector),
    signature("histogram_sum", &[Vector], Arity::Exact, Vector),
    signature("hour", &[Vector], Arity::Optional(1), Vector),
    signature("idelta", &[Matrix], Arity::Exact, Vector),
    signature("increase", &[Matrix], Arity::Exact, Vector),
    signature("info", &[Vector, Vector], Arity::Optional(1), Vector).experimental(),
    signature("irate", &[Matrix], Arity::Exact, Vector),
    signature("label_join", &[Vector, String, String, String], Arity::Unlimited, Vector),
    signature("label_replace", &[Vector, String, String, String, String], Arity::Exact, Vector),
    signature("last_over_time", &[Matrix], Arity::Exact, Vector),
    signature("ln", &[Vector], Arity::Exact, Vector),
    signature("log10", &[Vector], Arity::Exact, Vector),
    signature("log2", &[Vector], Arity::Exact, Vector),
    signature("mad_over_time", &[Matrix], Arity::Exact, Vector).experimental(),
    signature("max_of", &[Scalar, Scalar], Arity::Exact, Scalar).experimental(),
    signature("max_over_time", &[Matrix], Arity::Exact, Vector),
    signature("min_of", &[Scalar, Scalar], Arity::Exact, Scalar).experimental(),
    signature("min_over_time", &[Matrix], Arity::Exact, Vector),
    signature("minute", &[Vector], Arity::Optional(1), Vector),
    signature("month", &[Vector], Arity::Optional(1), Vector),
    signature("pi", &[], Arity::Exact, Scalar),
    signature("predict_linear", &[Matrix, Scalar], Arity::Exact, Vector),
    signature("present_over_time", &[Matrix], Arity::Exact, Vector),
    signature("quantile_over_time", &[Scalar, Matrix], Arity::Exact, Vector),
    signature("rad", &[Vector], Arity::Exact, Vector),
    signature("range", &[], Arity::Exact, Scalar).experimental(),
    signature("rate", &[Matrix], Arity::Exact, Vector),
    signature("resets", &[Matrix], Arity::Exact, Vector),
    signature("round", &[Vector, Scalar], Arity::Optional(1), Vector),
    signature("scalar", &[Vector], Arity::Exact, Scalar),
    signature("sgn", &[Vector], Arity::Exact, Vector),
    signature("sin", &[Vector], Arity::Exact, Vector),
    signature("sinh", &[Vector], Arity::Exact, Vector),
    signature("sort", &[Vector], Arity::Exact, Vector),
    signature("sort_by_label", &[Vector, String], Arity::Unlimited, Vector).experimental(),
    signature("sort_by_label_desc", &[Vector, String], Arity::Unlimited, Vector).experimental(),
    signature("sort_desc", &[Vector], Arity::Exact, Vector),
    signature("sqrt", &[Vector], Arity::Exact, Vector),
    signature("start", &[], Arity::Exact, Scalar).experimental(),
    signature("start_timestamp", &[Vector], Arity::Exact, Vector).experimental(),
    signature("stddev_over_time", &[Matrix], Arity::Exact, Vector),
    signature("stdvar_over_time", &[Matrix], Arity::Exact, Vector),
    signature("step", &[], Arity::Exact, Scalar).experimental(),
    signature("sum_over_time", &[Matrix], Arity::Exact, Vector),
    signature("tan", &[Vector], Arity::Exact, Vector),
    signature("tanh", &[Vector], Arity::Exact, Vector),
    signature("time", &[], Arity::Exact, Scalar),
    signature("timestamp", &[Vector], Arity::Exact, Vector),
    signature("ts_of_first_over_time", &[Matrix], Arity::Exact, Vector).experimental(),
    signature("ts_of_last_over_time", &[Matrix], Arity::Exact, Vector).experimental(),
    signature("ts_of_max_over_time", &[Matrix], Arity::Exact, Vector).experimental(),
    signature("ts_of_min_over_time", &[Matrix], Arity::Exact, Vector).experimental(),
    signature("vector", &[Scalar], Arity::Exact, Vector),
    signature("year", &[Vector], Arity::Optional(1), Vector),
];

/// The signature of the function `name`.
pub fn lookup(name: &str) -> Option<&'static Signature> {
    let index = FUNCTIONS.binary_search_by(|signature| signature.name.cmp(name)).ok()?;
    FUNCTIONS.get(index)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sorted_and_found() {
        assert!(FUNCTIONS.is_sorted_by(|a, b| a.name < b.name));
        for signature in FUNCTIONS {
            assert_eq!(lookup(signature.name), Some(signature));
        }
        assert_eq!(lookup("Rate"), None);
    }

    #[test]
    fn argument_counts() {
        let counts = |name: &str| lookup(name).map(|s| (s.min_args(), s.max_args()));
        assert_eq!(counts("rate"), Some((1, Some(1))));
        assert_eq!(counts("round"), Some((1, Some(2))));
        assert_eq!(counts("label_join"), Some((3, None)));
        assert_eq!(counts("time"), Some((0, Some(0))));
        assert_eq!(counts("histogram_quantiles"), Some((3, Some(12))));
    }
}
