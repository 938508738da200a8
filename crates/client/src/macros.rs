//! Macros of the plain form: descriptions whose literals are checked when the program is compiled, and `series!`.
//!
//! Each description macro is its type's `new` with the checks of `checked` in front; builder methods and `register` follow
//! as usual.

/// A [`Counter`](crate::Counter), checked when the program is compiled: the name, the help text, and either label names or
/// a type with `#[derive(Labels)]`.
///
/// ```
/// use std::sync::LazyLock;
/// use narthex_client::{Counter, Plain, counter};
///
/// static REQUESTS: LazyLock<Counter<Plain<2>>> =
///     LazyLock::new(|| counter!("requests_total", "Requests served.", ["method", "status"]).register());
/// REQUESTS.with(["GET", "200"]).inc();
/// ```
///
/// ```compile_fail,E0080
/// narthex_client::counter!("requests total", "Requests served.");
/// ```
///
/// ```compile_fail,E0080
/// narthex_client::counter!("requests_total", "Requests served.", ["method", "method"]);
/// ```
#[macro_export]
macro_rules! counter {
    ($($description:tt)+) => { $crate::describe!(Counter, $($description)+) };
}

/// A [`FloatCounter`](crate::FloatCounter); see [`counter!`](crate::counter).
///
/// ```
/// let busy = narthex_client::float_counter!("worker_busy_seconds_total", "Time spent working.", ["worker"], unit = "seconds");
/// ```
///
/// ```compile_fail,E0080
/// let busy = narthex_client::float_counter!("worker_busy_total", "Time spent working.", unit = "seconds");
/// ```
#[macro_export]
macro_rules! float_counter {
    ($($description:tt)+) => { $crate::describe!(FloatCounter, $($description)+) };
}

/// A [`Gauge`](crate::Gauge); see [`counter!`](crate::counter).
///
/// ```
/// let queued = narthex_client::gauge!("jobs_queued", "Jobs that wait for a worker.", ["queue"]);
/// ```
///
/// ```compile_fail,E0080
/// let queued = narthex_client::gauge!("jobs_queued", "Jobs that wait for a worker.", ["__queue"]);
/// ```
#[macro_export]
macro_rules! gauge {
    ($($description:tt)+) => { $crate::describe!(Gauge, $($description)+) };
}

/// A [`Histogram`](crate::Histogram); see [`counter!`](crate::counter). `buckets` is an array that is known when the
/// program is compiled.
///
/// ```
/// use narthex_client::histogram;
/// let duration = histogram!(
///     "request_duration_seconds", "Time spent serving a request.", ["method"],
///     unit = "seconds", buckets = [0.005, 0.05, 0.5]
/// );
/// ```
///
/// ```compile_fail,E0080
/// narthex_client::histogram!("request_duration_seconds", "Time.", buckets = [0.5, 0.05]);
/// ```
///
/// ```compile_fail,E0080
/// narthex_client::histogram!("request_duration_seconds", "Time.", ["le"]);
/// ```
#[macro_export]
macro_rules! histogram {
    ($($description:tt)+) => { $crate::describe!(Histogram, $($description)+) };
}

/// A [`Summary`](crate::Summary); see [`counter!`](crate::counter).
///
/// ```
/// let size = narthex_client::summary!("upload_bytes", "Size of uploads.", unit = "bytes").quantiles([0.5, 0.99]);
/// ```
#[macro_export]
macro_rules! summary {
    ($($description:tt)+) => { $crate::describe!(Summary, $($description)+) };
}

/// What the description macros have in common.
#[doc(hidden)]
#[macro_export]
macro_rules! describe {
    ($metric:ident, $name:literal, $help:expr, [$($label:literal),* $(,)?] $(, $key:ident = $value:expr)* $(,)?) => {{
        const _: () = $crate::checked::labels(&[$($label),*]);
        $crate::describe!(@made $metric, $name, $help, [.with_labels([$($label),*])], $($key = $value),*)
    }};
    ($metric:ident, $name:literal, $help:expr $(, $key:ident = $value:expr)* $(,)?) => {
        $crate::describe!(@made $metric, $name, $help, [], $($key = $value),*)
    };
    ($metric:ident, $name:literal, $help:expr, $labels:ty $(, $key:ident = $value:expr)* $(,)?) => {
        $crate::describe!(@made $metric, $name, $help, [.labelled::<$labels>()], $($key = $value),*)
    };
    (@made $metric:ident, $name:literal, $help:expr, [$($labels:tt)*], $($key:ident = $value:expr),*) => {{
        const _: () = $crate::checked::name($name);
        let metric = $crate::$metric::new($name, $help) $($labels)*;
        $(let metric = $crate::describe!(@option metric, $name, $key = $value);)*
        metric
    }};
    (@option $metric:ident, $name:literal, unit = $unit:expr) => {{
        const _: () = $crate::checked::unit($name, $unit);
        $metric.unit($unit)
    }};
    (@option $metric:ident, $name:literal, buckets = $bounds:expr) => {{
        const BOUNDS: &[f64] = &$bounds;
        const _: () = $crate::checked::buckets(BOUNDS);
        $metric.buckets(BOUNDS.iter().copied())
    }};
}

/// A series with constant labels, looked up once for each place in the program where this stands.
///
/// The labels are an array of constants or a struct of constants, for example an enum's variant; anything else does not
/// compile. After the series was removed or has expired, the next use makes it again.
///
/// ```
/// use narthex_client::{Counter, LabelValue, Labels, Registry, counter, series};
///
/// #[derive(LabelValue)]
/// enum Outcome { Hit, Miss }
/// #[derive(Labels)]
/// struct Lookup { outcome: Outcome }
///
/// let registry = Registry::new();
/// let lookups = counter!("cache_lookups", "Lookups in the cache.", Lookup).register_in(&registry);
/// for _ in 0..3 {
///     series!(lookups, Lookup { outcome: Outcome::Hit }).inc();
/// }
/// assert_eq!(lookups.with(Lookup { outcome: Outcome::Hit }).get(), 3);
/// ```
///
/// ```compile_fail
/// let requests = narthex_client::counter!("requests", "Requests.", ["path"]);
/// let path = String::from("/");
/// narthex_client::series!(requests, [&path]).inc();
/// ```
#[macro_export]
macro_rules! series {
    ($metric:expr, [$($value:expr),* $(,)?]) => {{
        static SITE: $crate::CallSite = $crate::CallSite::new();
        const COUNT: usize = <[&str]>::len(&[$($value),*]);
        const VALUES: [&str; COUNT] = [$($value),*];
        $metric.at(&SITE, || VALUES)
    }};
    ($metric:expr, $($labels:ident)::+ { $($fields:tt)* }) => {{
        static SITE: $crate::CallSite = $crate::CallSite::new();
        // A constant of its own, so that labels in a generic function cannot depend on its parameters.
        const LABELS: $($labels)::+ = $($labels)::+ { $($fields)* };
        $metric.at(&SITE, || LABELS)
    }};
}
