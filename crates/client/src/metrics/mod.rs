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
            ///
            /// ```
            /// # use narthex_client::{Gauge, Registry};
            /// # let registry = Registry::new();
            /// let heat = Gauge::new("heat_celsius", "Heat.").const_label("room", "kitchen").register_in(&registry);
            /// heat.set(21.5);
            /// assert!(registry.text().contains("heat_celsius{room=\"kitchen\"} 21.5\n"));
            /// ```
            #[must_use]
            pub fn const_label(self, name: &str, value: &str) -> Self {
                self.described(|desc| desc.const_labels.push((name.to_owned(), value.to_owned())))
            }

            /// At most this many series; what comes later counts in a series whose labels all read `overflow`.
            /// Call before registering.
            ///
            /// ```
            /// # use narthex_client::{Counter, Registry};
            /// # let registry = Registry::new();
            /// let logins = Counter::new("logins", "Logins.").with_labels(["user"]).max_series(2).register_in(&registry);
            /// ["ann", "bob", "eve", "joe"].iter().for_each(|user| logins.with([user]).inc());
            /// assert!(registry.text().ends_with("logins_total{user=\"overflow\"} 2\n"));
            /// ```
            #[must_use]
            pub fn max_series(self, max: usize) -> Self {
                self.described(|desc| desc.series_max = max)
            }

            /// A series that stays unchanged for longer than this is removed at the next scrape; it starts again at
            /// zero when it is used again through `with`. Call before registering.
            ///
            /// ```
            /// # use narthex_client::{Counter, Registry};
            /// # use std::time::Duration;
            /// # let registry = Registry::new();
            /// let calls = Counter::new("calls", "Calls.")
            ///     .with_labels(["peer"])
            ///     .expire_after(Duration::from_millis(1))
            ///     .register_in(&registry);
            /// calls.with(["10.0.0.7"]).inc();
            /// assert!(registry.text().contains("10.0.0.7"));
            /// std::thread::sleep(Duration::from_millis(5));
            /// assert_eq!(registry.text(), "");
            /// ```
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
            /// ```
            /// # use narthex_client::{Counter, Registry};
            /// # let registry = Registry::new();
            /// let jobs = Counter::new("jobs", "Jobs.").register_in(&registry);
            /// let again = Counter::new("jobs", "Jobs.").register_in(&registry);
            /// again.inc();
            /// assert_eq!(jobs.get(), 1);
            /// ```
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
                if L::COMBINATIONS == 0 {
                    return $series { handle: self.single.or_else(|| self.look_up(&labels)) };
                }
                let handle = self.family.dense(L::index(&labels));
                $series { handle: handle.or_else(|| self.look_up_dense(&labels)) }
            }

            #[inline]
            fn look_up(&self, labels: &L::Borrowed<'_>) -> Option<Handle> {
                let mut words = LabelValues::WORDS;
                let mut values = LabelValues::new(&mut words);
                L::push(labels, &mut values);
                self.family.series(values.words())
            }

            #[cold]
            #[inline(never)]
            fn look_up_dense(&self, labels: &L::Borrowed<'_>) -> Option<Handle> {
                let handle = self.single.or_else(|| self.look_up(labels));
                self.family.remember_dense(L::COMBINATIONS, L::index(labels), handle);
                handle
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
            ///
            /// ```
            /// # use narthex_client::{Gauge, Registry};
            /// # let registry = Registry::new();
            /// let sessions = Gauge::new("sessions", "Sessions.").with_labels(["room"]).register_in(&registry);
            /// sessions.with(["a"]).set(3.0);
            /// assert!(sessions.remove(["a"]));
            /// assert_eq!((sessions.series_count(), registry.text().as_str()), (0, ""));
            /// ```
            pub fn remove(&self, labels: L::Borrowed<'_>) -> bool {
                let mut words = LabelValues::WORDS;
                let mut values = LabelValues::new(&mut words);
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
