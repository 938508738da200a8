//! The metric types that user code holds, one a file, and what they share: builder methods, registration, lookup.

mod counter;
mod gauge;
mod histogram;
mod info;
mod state_set;
mod summary;

pub use counter::{Counter, CounterSeries, FloatCounter, FloatCounterSeries};
pub use gauge::{Gauge, GaugeSeries, InFlight};
pub use histogram::{
    DEFAULT_BUCKETS, Histogram, HistogramSeries, Timer, exponential_buckets, linear_buckets,
};
pub use info::Info;
pub use state_set::StateSet;
pub use summary::{Summary, SummarySeries};

/// Generates what every metric type has.
///
/// `$metric` has the fields `family: Arc<Family>`, `single: Option<Handle>` and `marker`.
macro_rules! common {
    ($metric:ident, $series:ident, [$($fixed:ty)?], $kind:expr) => {
        impl<L: LabelSet> $metric<L $(, $fixed)?> {
            fn from_desc(desc: Desc) -> Self {
                Self::from_family(Arc::new(Family::new(desc, $kind)))
            }

            fn from_family(family: Arc<Family>) -> Self {
                let single = family.single();
                Self { family, single, marker: PhantomData }
            }

            /// The same metric with a changed description; series made so far are not taken along.
            fn described(self, change: impl FnOnce(&mut Desc)) -> Self {
                let mut desc = self.family.desc.clone();
                change(&mut desc);
                Self::from_desc(desc)
            }

            /// The unit, for example `seconds`, for formats that carry it. Call before registering.
            #[must_use]
            pub fn unit(self, unit: &str) -> Self {
                self.described(|desc| unit.clone_into(&mut desc.unit))
            }

            /// A label with one value on all series. Call before registering.
            #[must_use]
            pub fn const_label(self, name: &str, value: &str) -> Self {
                self.described(|desc| desc.const_labels.push((name.to_owned(), value.to_owned())))
            }

            /// At most this many series; what comes later counts in a series whose labels all read `overflow`.
            /// Call before registering.
            #[must_use]
            pub fn max_series(self, max: usize) -> Self {
                self.described(|desc| desc.series_max = max)
            }

            /// A series that stays unchanged for longer than this is removed at the next scrape; it starts again at
            /// zero when it is used again through `with`. Call before registering.
            #[must_use]
            pub fn expire_after(self, idle: std::time::Duration) -> Self {
                self.described(|desc| desc.idle_max = Some(idle))
            }

            /// The name on the page.
            pub fn name(&self) -> &str {
                &self.family.desc.name
            }

            /// Registers in the [default registry](crate::default_registry): see [`register_in`](Self::register_in).
            ///
            /// # Panics
            /// As `register_in`.
            #[must_use = "keep the registered metric; it may be an earlier one of the same description"]
            #[track_caller]
            pub fn register(self) -> Self {
                self.register_in(crate::default_registry())
            }

            /// Registers the metric; if the same metric was registered before, that one is returned.
            ///
            /// # Panics
            /// When the name is taken by a different metric or the description is wrong. Both are mistakes in the
            /// program; [`try_register_in`](Self::try_register_in) returns them.
            #[must_use = "keep the registered metric; it may be an earlier one of the same description"]
            #[track_caller]
            pub fn register_in(self, registry: &crate::Registry) -> Self {
                match self.try_register_in(registry) {
                    Ok(metric) => metric,
                    Err(error) => panic!("{error}"),
                }
            }

            /// Registers the metric; if the same metric was registered before, that one is returned.
            ///
            /// # Errors
            /// When the name is taken by a different metric or the description is wrong.
            pub fn try_register_in(self, registry: &crate::Registry) -> Result<Self, RegisterError> {
                registry.register_family(self.family).map(Self::from_family)
            }

            /// The series with these label values, made if it does not exist. Allocates only then, takes no lock
            /// otherwise. The result is a small copyable handle: keep it where the labels are constant.
            #[inline]
            pub fn with(&self, labels: L::Borrowed<'_>) -> $series {
                if L::COMBINATIONS > 0
                    && let Some(handle) = self.family.dense(L::index(&labels))
                {
                    return $series { handle: Some(handle) };
                }
                let mut values = LabelValues::new();
                L::push(&labels, &mut values);
                let handle = self.single.or_else(|| self.family.series(values.words()));
                if L::COMBINATIONS > 0 {
                    self.family.remember_dense(L::COMBINATIONS, L::index(&labels), handle);
                }
                $series { handle }
            }

            /// What [`series!`](crate::series) calls: as [`with`](Self::with), but looked up once for each call site.
            #[doc(hidden)]
            #[inline]
            pub fn at(
                &self,
                site: &'static crate::CallSite,
                labels: impl FnOnce() -> L::Borrowed<'static>,
            ) -> $series {
                if let Some(handle) = self.family.at_site(site) {
                    return $series { handle: Some(handle) };
                }
                let series = self.with(labels());
                if let Some(handle) = series.handle {
                    self.family.remember_site(site, handle);
                }
                series
            }

            /// Removes the series with these label values and says whether there was one. Handles of it count nothing
            /// any more; [`with`](Self::with) makes a new series that starts at zero.
            pub fn remove(&self, labels: L::Borrowed<'_>) -> bool {
                let mut values = LabelValues::new();
                L::push(&labels, &mut values);
                self.family.remove(values.words())
            }

            /// How many series there are.
            pub fn series_count(&self) -> usize {
                self.family.len()
            }
        }

        impl $metric<() $(, $fixed)?> {
            /// The same metric with labels of these names; their values are given to `with`, in this order.
            /// Call before registering.
            #[must_use]
            pub fn with_labels<const N: usize>(self, names: [&'static str; N]) -> $metric<[&'static str; N] $(, $fixed)?> {
                let mut desc = self.family.desc.clone();
                desc.labels = names.iter().map(|&name| name.to_owned()).collect();
                $metric::from_desc(desc)
            }

            /// The same metric labelled by a struct with `#[derive(Labels)]`. Call before registering.
            #[must_use]
            pub fn labelled<T: Labels>(self) -> $metric<T $(, $fixed)?> {
                let mut desc = self.family.desc.clone();
                desc.labels = T::NAMES.iter().map(|&name| name.to_owned()).collect();
                $metric::from_desc(desc)
            }
        }

        impl<L: LabelSet> std::fmt::Debug for $metric<L $(, $fixed)?> {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.debug_struct(stringify!($metric)).field("name", &self.name()).finish_non_exhaustive()
            }
        }

        impl<L: LabelSet> Clone for $metric<L $(, $fixed)?> {
            fn clone(&self) -> Self {
                Self { family: Arc::clone(&self.family), single: self.single, marker: PhantomData }
            }
        }
    };
}
use common;
