//! The macros: structs of metrics, checked descriptions, call sites that remember.

use std::time::Duration;

use narthex_client::{
    Counter, EscapingScheme, FloatCounter, Gauge, Histogram, Info, LabelValue, Labels, Plain, Protocol,
    Registry, StateSet, Summary, counter, default_registry, histogram, metrics, series,
};

#[derive(LabelValue, Clone, Copy)]
enum Method {
    Get,
    Post,
}

#[derive(Labels)]
struct Http<'a> {
    method: Method,
    endpoint: &'a str,
}

const SIZES: [f64; 2] = [10.0, 100.0];

#[metrics(prefix = "shop")]
#[derive(Debug, Clone)]
struct Shop {
    /// Requests
    /// answered.
    ///
    /// This part is for readers of the program only.
    requests: Counter<Http<'static>>,
    /// Time spent serving a request.
    #[metric(unit = "seconds", buckets = [0.5, 1], native = 1.1, const_labels(region = "eu"))]
    request_duration: Histogram<Http<'static>>,
    /// Size of baskets.
    #[metric(buckets = SIZES, labels = ["kind"], max_series = 2)]
    basket_items: Histogram<Plain<1>>,
    /// Time spent working.
    #[metric(unit = "seconds")]
    busy: FloatCounter,
    /// Sessions.
    #[metric(name = "open_sessions", expire_after = Duration::from_secs(3600))]
    sessions: Gauge,
    /// Size of uploads.
    #[metric(unit = "bytes", quantiles = [0.5], window = Duration::from_secs(60))]
    upload: Summary,
    /// The build.
    #[metric(facts(version = env!("CARGO_PKG_VERSION")))]
    build: Info,
    /// The phase.
    #[metric(states = ["open", "closed"])]
    phase: StateSet,
}

#[test]
fn a_struct_of_metrics_is_described_by_its_fields() {
    let registry = Registry::new();
    let shop = Shop::register_in(&registry);
    let path = String::from("/buy");
    shop.requests.with(Http { method: Method::Post, endpoint: &path }).inc();
    shop.request_duration.with(Http { method: Method::Get, endpoint: "/" }).observe(0.7);
    shop.basket_items.with(["food"]).observe(11.0);
    shop.busy.inc_by(1.5);
    shop.sessions.set(2.0);
    shop.upload.observe(5.0);
    shop.phase.set("open");
    assert_eq!(shop.build.name(), "shop_build_info");
    let page = registry.text();
    let expected = concat!(
        "# HELP shop_basket_items Size of baskets.\n",
        "# TYPE shop_basket_items histogram\n",
        "shop_basket_items_bucket{kind=\"food\",le=\"10\"} 0\n",
        "shop_basket_items_bucket{kind=\"food\",le=\"100\"} 1\n",
        "shop_basket_items_bucket{kind=\"food\",le=\"+Inf\"} 1\n",
        "shop_basket_items_sum{kind=\"food\"} 11\n",
        "shop_basket_items_count{kind=\"food\"} 1\n",
        "# HELP shop_build_info The build.\n",
        "# TYPE shop_build_info gauge\n",
        "shop_build_info{version=\"VERSION\"} 1\n",
        "# HELP shop_busy_seconds_total Time spent working.\n",
        "# TYPE shop_busy_seconds_total counter\n",
        "shop_busy_seconds_total 1.5\n",
        "# HELP shop_open_sessions Sessions.\n",
        "# TYPE shop_open_sessions gauge\n",
        "shop_open_sessions 2\n",
        "# HELP shop_phase The phase.\n",
        "# TYPE shop_phase gauge\n",
        "shop_phase{shop_phase=\"open\"} 1\n",
        "shop_phase{shop_phase=\"closed\"} 0\n",
        "# HELP shop_request_duration_seconds Time spent serving a request.\n",
        "# TYPE shop_request_duration_seconds histogram\n",
        "shop_request_duration_seconds_bucket{region=\"eu\",method=\"get\",endpoint=\"/\",le=\"0.5\"} 0\n",
        "shop_request_duration_seconds_bucket{region=\"eu\",method=\"get\",endpoint=\"/\",le=\"1\"} 1\n",
        "shop_request_duration_seconds_bucket{region=\"eu\",method=\"get\",endpoint=\"/\",le=\"+Inf\"} 1\n",
        "shop_request_duration_seconds_sum{region=\"eu\",method=\"get\",endpoint=\"/\"} 0.7\n",
        "shop_request_duration_seconds_count{region=\"eu\",method=\"get\",endpoint=\"/\"} 1\n",
        "# HELP shop_requests_total Requests answered.\n",
        "# TYPE shop_requests_total counter\n",
        "shop_requests_total{method=\"post\",endpoint=\"/buy\"} 1\n",
        "# HELP shop_upload_bytes Size of uploads.\n",
        "# TYPE shop_upload_bytes summary\n",
    );
    let expected = expected.replace("VERSION", env!("CARGO_PKG_VERSION"));
    assert!(page.starts_with(&expected), "{page}");
    assert!(page.contains("shop_upload_bytes_sum 5\nshop_upload_bytes_count 1\n"), "{page}");

    // Again in the same registry: the same metrics. Under a taken name: an error.
    Shop::register_in(&registry).busy.inc_by(1.0);
    assert_eq!(shop.busy.get(), 2.5);
    let taken = Registry::new();
    let _gauge = Gauge::new("shop_requests", "Another thing.").register_in(&taken);
    let error = Shop::try_register_in(&taken).unwrap_err().to_string();
    assert!(error.starts_with("cannot register metric \"shop_requests_total\": "), "{error}");
}

/// Visible metrics of the whole program.
#[metrics(static = JOBS, prefix = "macro_test")]
pub struct Jobs {
    /// Jobs done.
    pub jobs: Counter,
}

#[test]
fn a_static_of_metrics_is_in_the_default_registry() {
    JOBS.jobs.inc_by(4);
    assert!(default_registry().text().contains("\nmacro_test_jobs_total 4\n"));
    assert_eq!(Jobs::register().jobs.get(), 4);
}

#[test]
fn checked_descriptions_are_descriptions() {
    let registry = Registry::new();
    let requests = counter!("requests_total", "Requests.", ["method", "status"]).register_in(&registry);
    let typed = counter!("typed", "Typed.", Http).register_in(&registry);
    let duration =
        histogram!("duration_seconds", "Duration.", ["op"], unit = "seconds", buckets = [0.1, 1.0],)
            .max_series(7)
            .register_in(&registry);
    requests.with(["GET", "200"]).inc();
    typed.with(Http { method: Method::Get, endpoint: "/" }).inc();
    duration.with(["read"]).observe(0.5);
    let page = registry.encode(Protocol::OpenMetrics100, EscapingScheme::AllowUtf8);
    let page = String::from_utf8(page).unwrap();
    for line in [
        "requests_total{method=\"GET\",status=\"200\"} 1",
        "typed_total{method=\"get\",endpoint=\"/\"} 1",
        "# UNIT duration_seconds seconds",
        "duration_seconds_bucket{op=\"read\",le=\"1.0\"} 1",
    ] {
        assert!(page.contains(line), "{line} in {page}");
    }
}

/// One place in the program that is used with several families.
fn hit(counter: &Counter<Plain<1>>) {
    series!(counter, ["hit"]).inc();
}

#[test]
fn call_sites_remember_their_series_and_nothing_else() {
    let registry = Registry::new();
    let first = counter!("first", "First.", ["kind"]).register_in(&registry);
    (0..10).for_each(|_| hit(&first));
    assert_eq!(first.with(["hit"]).get(), 10);

    // Another family at the same place counts for itself.
    let second = counter!("second", "Second.", ["kind"]).register_in(&registry);
    (0..3).for_each(|_| hit(&second));
    assert_eq!((first.with(["hit"]).get(), second.with(["hit"]).get()), (10, 3));

    // A removed series starts again.
    assert!(first.remove(["hit"]));
    hit(&first);
    hit(&first);
    assert_eq!(first.with(["hit"]).get(), 2);

    // A family that is gone leaves the place to the next one.
    assert!(registry.unregister("first_total"));
    drop(first);
    for _ in 0..100 {
        let next = counter!("next", "Next.", ["kind"]).register_in(&Registry::new());
        hit(&next);
        assert_eq!(next.with(["hit"]).get(), 1);
    }
    hit(&second);
    assert_eq!(second.with(["hit"]).get(), 4);
}

#[test]
fn call_sites_take_typed_labels_and_many_threads() {
    let counter = counter!("typed_site", "Typed.", Http).register_in(&Registry::new());
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                for round in 0..500 {
                    series!(counter, Http { method: Method::Post, endpoint: "/x" }).inc();
                    if round % 100 == 7 {
                        counter.remove(Http { method: Method::Post, endpoint: "/x" });
                    }
                }
            });
        }
    });
    series!(counter, Http { method: Method::Get, endpoint: "/y" }).inc_by(2);
    assert_eq!(counter.with(Http { method: Method::Get, endpoint: "/y" }).get(), 2);
    counter.remove(Http { method: Method::Post, endpoint: "/x" });
    assert_eq!(counter.series_count(), 1);
}
