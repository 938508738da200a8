//! Consul's blocking queries: changes of a service, new and vanished services.

use std::time::Duration;

use narthex_discovery::{ConsulConfig, DiscoveryConfig, DiscoveryManager, ManagerOptions, Pools};
use support::{Answer, serve_with};

mod support;

fn instance(port: u16) -> String {
    format!(
        r#"[{{"Node": {{"Node": "n", "Address": "10.0.0.1"}}, "Service": {{"ID": "s", "Port": {port}}}, "Checks": []}}]"#
    )
}

fn addresses(pools: &Pools) -> Vec<String> {
    let groups = pools.get("p").into_iter().flatten();
    let targets = groups.flat_map(|group| group.targets.iter());
    targets.map(|target| target.value("__address__").to_owned()).collect()
}

#[tokio::test]
async fn watches() {
    let server = serve_with(|request| {
        let line = request.lines().next().unwrap();
        let with = |index: u64, body: String| Answer::With(vec![("X-Consul-Index", index.to_string())], body);
        let asked = |index: &str| line.contains(&format!("index={index}&wait=120s"));
        let catalog = line.contains("/v1/catalog/services");
        if catalog && asked("5") {
            with(6, r#"{"a": [], "c": []}"#.to_owned())
        } else if catalog && !line.contains("index=") {
            with(5, r#"{"a": [], "b": []}"#.to_owned())
        } else if line.contains("/service/a") && !line.contains("index=") {
            with(10, instance(1))
        } else if line.contains("/service/a") && asked("10") {
            with(11, instance(2))
        } else if !line.contains("index=") {
            with(20, instance(if line.contains("/service/b") { 3 } else { 4 }))
        } else {
            Answer::Hang(Vec::new())
        }
    })
    .await;
    let config = ConsulConfig {
        datacenter: "dc1".to_owned(),
        health_filter: "Checks.Status == passing".to_owned(),
        refresh_interval: Duration::from_millis(10),
        ..ConsulConfig::new(server.url.clone())
    };
    let quick = Duration::from_millis(5);
    let manager = DiscoveryManager::new(ManagerOptions { settle_time: quick, publish_interval: quick });
    let mut pools = manager.subscribe();
    manager.apply([("p".to_owned(), vec![DiscoveryConfig::Consul(Box::new(config))])].into());
    // A changed, b vanished, c came.
    let last = |pools: &Pools| addresses(pools) == ["10.0.0.1:2", "10.0.0.1:4"];
    tokio::time::timeout(Duration::from_secs(20), pools.wait_for(last)).await.expect("in time").unwrap();
    let health = server.request("/service/a?");
    assert!(health.contains("filter=Checks.Status+%3D%3D+passing"), "{health}");
    assert!(!server.request("/v1/catalog/services").contains("filter="), "the filter is for instances only");
}
