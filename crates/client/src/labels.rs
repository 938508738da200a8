//! Which labels a metric has: none, a fixed number of plain names, or a struct with `#[derive(Labels)]`.

use crate::series::LabelValues;

/// The label set that a metric type is made for.
///
/// Implemented by `()` (no labels), by [`Plain`] (plain names, values as `&str`) and by every type with
/// `#[derive(Labels)]`.
pub trait LabelSet: 'static {
    /// What a lookup takes: the same labels with borrowed values.
    type Borrowed<'a>;

    /// How many label sets are possible, if every label has a fixed set of values: then a lookup is one index into a
    /// table. 0 if not, or if they are too many for a table.
    const COMBINATIONS: usize = 0;

    /// Adds each value to `values`, in the order of the names.
    fn push(borrowed: &Self::Borrowed<'_>, values: &mut LabelValues<'_>);

    /// Which of the [`COMBINATIONS`](Self::COMBINATIONS) this is.
    fn index(_: &Self::Borrowed<'_>) -> usize {
        0
    }
}

/// The largest table of possible label sets; beyond it the values are looked up.
const COMBINATIONS_MAX: usize = 1024;

/// The product of the numbers of values; 0 if one of them is not fixed or the product is too large for a table.
/// For `#[derive(Labels)]`.
#[doc(hidden)]
pub const fn combinations(values: &[usize]) -> usize {
    let (mut product, mut at) = (1, 0);
    while at < values.len() {
        product *= values[at];
        if product > COMBINATIONS_MAX {
            return 0;
        }
        at += 1;
    }
    product
}

/// A label set whose names are part of its type; implemented by `#[derive(Labels)]`.
///
/// The fields are the labels; any [`LabelValue`] can be a field, also a borrowed `&str`. `#[label(name = "…")]` gives a
/// label a name that a field cannot have.
///
/// ```
/// use narthex_client::{Counter, LabelValue, Labels, Registry};
///
/// #[derive(LabelValue)]
/// enum Outcome { Positive, Negative }
///
/// #[derive(Labels)]
/// struct Prediction<'a> { outcome: Outcome, model: &'a str }
///
/// let registry = Registry::new();
/// let predictions = Counter::new("predictions", "Predictions made.").labelled::<Prediction>().register_in(&registry);
/// let model = String::from("v7");
/// predictions.with(Prediction { outcome: Outcome::Positive, model: &model }).inc();
/// assert!(registry.text().contains("predictions_total{outcome=\"positive\",model=\"v7\"} 1\n"));
/// ```
///
/// Where every field is an enum (or a `bool`), a lookup is an index into a table.
pub trait Labels: LabelSet {
    /// The label names, in the order of the fields.
    const NAMES: &'static [&'static str];
}

/// `N` labels whose names were given to `with_labels`: `Counter<Plain<2>>`.
pub type Plain<const N: usize> = [&'static str; N];

impl LabelSet for () {
    type Borrowed<'a> = ();

    fn push((): &(), _: &mut LabelValues<'_>) {}
}

impl<const N: usize> LabelSet for [&'static str; N] {
    type Borrowed<'a> = [&'a str; N];

    #[inline(always)]
    fn push(borrowed: &[&str; N], values: &mut LabelValues<'_>) {
        // A copy of the code for each of the first labels: their lengths follow patterns of their own.
        macro_rules! push {
            ($($place:literal)*) => {$(
                if N > $place {
                    values.push(borrowed[$place]);
                }
            )*};
        }
        push!(0 1 2 3 4 5);
        for value in borrowed.iter().skip(6) {
            values.push(value);
        }
    }
}

/// A type that can be the value of a label; `#[derive(LabelValue)]` implements it for enums without fields.
pub trait LabelValue {
    /// How many values there are, if their number is fixed; else 0.
    const VALUES: usize = 0;

    /// Adds the value's text.
    fn push(&self, values: &mut LabelValues<'_>);

    /// Which of the [`VALUES`](Self::VALUES) this is.
    fn index(&self) -> usize {
        0
    }
}

impl LabelValue for str {
    #[inline]
    fn push(&self, values: &mut LabelValues<'_>) {
        values.push(self);
    }
}

impl LabelValue for String {
    #[inline]
    fn push(&self, values: &mut LabelValues<'_>) {
        values.push(self);
    }
}

impl LabelValue for bool {
    const VALUES: usize = 2;

    #[inline]
    fn index(&self) -> usize {
        usize::from(*self)
    }

    #[inline]
    fn push(&self, values: &mut LabelValues<'_>) {
        values.push(if *self { "true" } else { "false" });
    }
}

impl<T: LabelValue + ?Sized> LabelValue for &T {
    const VALUES: usize = T::VALUES;

    #[inline]
    fn index(&self) -> usize {
        T::index(self)
    }

    #[inline]
    fn push(&self, values: &mut LabelValues<'_>) {
        T::push(self, values);
    }
}

/// `None` is the empty value, which is the same as no label.
impl<T: LabelValue> LabelValue for Option<T> {
    fn push(&self, values: &mut LabelValues<'_>) {
        match self {
            Some(value) => value.push(values),
            None => values.push(""),
        }
    }
}

macro_rules! integers {
    ($($integer:ty)*) => {$(
        impl LabelValue for $integer {
            #[inline]
            fn push(&self, values: &mut LabelValues<'_>) {
                values.push(itoa::Buffer::new().format(*self));
            }
        }
    )*};
}

integers!(u8 u16 u32 u64 usize i8 i16 i32 i64 isize);
