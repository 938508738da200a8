//! A storage that remembers, and a target that does as told; for the tests in this folder.
#![allow(dead_code, reason = "each test file uses a part of it")]

pub(crate) mod storage;
pub(crate) mod target;

use std::time::Duration;

use narthex_discovery::{DiscoveryConfig, ManagerOptions, TargetGroup};
use narthex_model::Labels;
use narthex_scrape::{Options, ScrapeConfig};

/// A job with one static target that is scraped every quarter of a second.
pub(crate) fn job(name: &str, addresses: &[&str]) -> ScrapeConfig {
    let group = TargetGroup::of_addresses("0", addresses.iter().copied(), Labels::EMPTY);
    ScrapeConfig {
        interval: Duration::from_millis(250),
        timeout: Duration::from_millis(250),
        discovery: vec![DiscoveryConfig::Static(vec![group])],
        ..ScrapeConfig::new(name)
    }
}

/// Options with a quick discovery.
pub(crate) fn options() -> Options {
    let quick = Duration::from_millis(5);
    Options {
        discovery: ManagerOptions { settle_time: quick, publish_interval: quick },
        ..Options::default()
    }
}

/// Waits until `done` says so; a test that waits for ever is a failed one.
pub(crate) async fn until(what: &str, mut done: impl FnMut() -> bool) {
    for _ in 0..4000 {
        if done() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    panic!("never happened: {what}");
}
