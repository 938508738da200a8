//! A synthetic page like that of a busy Kubernetes exporter: 207 bytes a line, of every four families two counters, one
//! gauge and one histogram of eight buckets.

use narthex_exposition::encode::{Bucket, Encoder, HistogramValue, Metric, MetricFamily, MetricValue};
use narthex_exposition::{EscapingScheme, Protocol};
use narthex_model::{Labels, MetricType};

const APPS: [&str; 7] =
    ["checkout", "payments", "catalog", "frontend", "inventory", "session-store", "search"];
const HANDLERS: [&str; 5] =
    ["/api/v1/users", "/api/v1/query_range", "/healthz", "/api/v1/items/:id", "/static/*path"];
const BOUNDS: [f64; 8] = [0.005, 0.025, 0.1, 0.25, 0.5, 1.0, 5.0, f64::INFINITY];

/// Small numbers that look random, the same each time.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % limit
    }
}

fn labels(index: usize) -> Labels {
    let app = APPS[index % APPS.len()];
    let pod = format!("{app}-{:08x}-{:05x}", index as u32 ^ 0x5bd1_e995, index * 7919 % 0xf_ffff);
    let node = format!("ip-10-{}-{}-{}.internal", index % 16, index / 16 % 250, index % 200);
    let shard = index.to_string();
    Labels::from_pairs([
        ("namespace", "prod-eu"),
        ("pod", &pod),
        ("container", app),
        ("node", &node),
        ("handler", HANDLERS[index % HANDLERS.len()]),
        ("method", ["GET", "POST", "PUT"][index % 3]),
        ("code", ["200", "404", "500", "302", "429"][index / 3 % 5]),
        ("shard", &shard),
    ])
}

/// Families with about `series` series on a text page.
pub(crate) fn families(series: usize) -> Vec<MetricFamily> {
    let mut numbers = Numbers(7);
    let per_family = 100;
    (0..series / per_family)
        .map(|index| {
            let kind = [MetricType::Counter, MetricType::Histogram, MetricType::Counter, MetricType::Gauge]
                [index % 4];
            let suffix =
                ["requests_total", "duration_seconds", "received_bytes_total", "memory_bytes"][index % 4];
            let metrics = match kind {
                MetricType::Histogram => per_family / (BOUNDS.len() + 2),
                _ => per_family,
            };
            MetricFamily {
                name: format!("apiserver_x{index}_{suffix}"),
                help: Some(format!("Synthetic family number {index}, described at usual length.")),
                metric_type: kind,
                unit: String::new(),
                metrics: (0..metrics)
                    .map(|metric| Metric::new(labels(metric), value(kind, &mut numbers)))
                    .collect(),
            }
        })
        .collect()
}

fn value(kind: MetricType, numbers: &mut Numbers) -> MetricValue {
    match kind {
        MetricType::Counter => {
            MetricValue::Counter { value: numbers.below(10_000_000) as f64, exemplar: None }
        }
        MetricType::Histogram => {
            let mut count = 0;
            let buckets = BOUNDS.map(|upper_bound| {
                count += numbers.below(5000);
                Bucket { upper_bound, cumulative_count: count as f64, exemplar: None }
            });
            MetricValue::Histogram(Box::new(HistogramValue {
                buckets: buckets.to_vec(),
                sum: Some(numbers.below(1_000_000_000) as f64 / 1000.0),
                count: Some(count as f64),
                ..HistogramValue::default()
            }))
        }
        _ => MetricValue::Single(numbers.below(1_000_000) as f64 / 1_000_000.0),
    }
}

/// The page of `families` in `protocol`.
pub(crate) fn page(families: &[MetricFamily], protocol: Protocol) -> Vec<u8> {
    Encoder::new(protocol, EscapingScheme::AllowUtf8).page(families)
}
