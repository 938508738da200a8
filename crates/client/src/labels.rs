//! Which labels a metric has: none, a fixed number of plain names, or a struct with `#[derive(Labels)]`.

use crate::series::LabelValues;

/// The label set that a metric type is made for.
///
/// Implemented by `()` (no labels), by [`Plain`] (plain names, values as `&str`) and by every type with
/// `#[derive(Labels)]`.
pub trait LabelSet: 'static {
    /// What a lookup takes: the same labels with borrowed values.
    type Borrowed<'a>;

    /// Adds each value to `values`, in the order of the names.
    fn push(borrowed: &Self::Borrowed<'_>, values: &mut LabelValues);
}

/// A label set whose names are part of its type; implemented by `#[derive(Labels)]`.
pub trait Labels: LabelSet {
    /// The label names, in the order of the fields.
    const NAMES: &'static [&'static str];
}

/// `N` labels whose names were given to `with_labels`: `Counter<Plain<2>>`.
pub type Plain<const N: usize> = [&'static str; N];

impl LabelSet for () {
    type Borrowed<'a> = ();

    fn push((): &(), _: &mut LabelValues) {}
}

impl<const N: usize> LabelSet for [&'static str; N] {
    type Borrowed<'a> = [&'a str; N];

    #[inline]
    fn push(borrowed: &[&str; N], values: &mut LabelValues) {
        for value in borrowed {
            values.push(value);
        }
    }
}

/// A type that can be the value of a label; `#[derive(LabelValue)]` implements it for enums without fields.
pub trait LabelValue {
    /// Adds the value's text.
    fn push(&self, values: &mut LabelValues);
}

impl LabelValue for str {
    #[inline]
    fn push(&self, values: &mut LabelValues) {
        values.push(self);
    }
}

impl LabelValue for String {
    #[inline]
    fn push(&self, values: &mut LabelValues) {
        values.push(self);
    }
}

impl LabelValue for bool {
    #[inline]
    fn push(&self, values: &mut LabelValues) {
        values.push(if *self { "true" } else { "false" });
    }
}

impl<T: LabelValue + ?Sized> LabelValue for &T {
    #[inline]
    fn push(&self, values: &mut LabelValues) {
        T::push(self, values);
    }
}

/// `None` is the empty value, which is the same as no label.
impl<T: LabelValue> LabelValue for Option<T> {
    fn push(&self, values: &mut LabelValues) {
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
            fn push(&self, values: &mut LabelValues) {
                values.push(itoa::Buffer::new().format(*self));
            }
        }
    )*};
}

integers!(u8 u16 u32 u64 usize i8 i16 i32 i64 isize);
