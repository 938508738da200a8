//! The manager with real mechanisms: static, files that change, a scripted HTTP endpoint.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use narthex_discovery::{
    DiscoveryConfig, DiscoveryManager, FileConfig, HttpConfig, ManagerOptions, Pools, TargetGroup,
};
use narthex_model::Labels;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::sync::watch::Receiver;

fn manager() -> DiscoveryManager {
    let quick = Duration::from_millis(5);
    DiscoveryManager::new(ManagerOptions { settle_time: quick, publish_interval: quick })
}

fn pools(entries: &[(&str, Vec<DiscoveryConfig>)]) -> BTreeMap<String, Vec<DiscoveryConfig>> {
    entries.iter().map(|(name, configs)| ((*name).to_owned(), configs.clone())).collect()
}

fn static_config(addresses: &[&str]) -> DiscoveryConfig {
    DiscoveryConfig::Static(vec![TargetGroup::of_addresses("", addresses.iter().copied(), Labels::EMPTY)])
}

fn file_config(pattern: &Path) -> DiscoveryConfig {
    DiscoveryConfig::File(FileConfig {
        files: vec![pattern.to_owned()],
        refresh_interval: Duration::from_millis(20),
    })
}

fn addresses(pools: &Pools, pool: &str) -> Vec<String> {
    let groups = pools.get(pool).into_iter().flatten();
    groups.flat_map(|g| &g.targets).map(|target| target.value("__address__").to_owned()).collect()
}

/// Waits until the pool has exactly these addresses.
async fn wait_for(receiver: &mut Receiver<Pools>, pool: &str, expected: &[&str]) -> Pools {
    let waiting = receiver.wait_for(|pools| addresses(pools, pool) == expected);
    let result = tokio::time::timeout(Duration::from_secs(20), waiting).await;
    result.unwrap_or_else(|_| panic!("{pool} never became {expected:?}")).expect("manager lives").clone()
}

#[tokio::test]
async fn static_groups_are_there_at_once() {
    let manager = manager();
    let now = manager.apply(pools(&[("a", vec![static_config(&["x:1", "y:2"])]), ("b", vec![])]));
    assert_eq!(addresses(&now, "a"), ["x:1", "y:2"]);
    assert_eq!(addresses(&now, "b"), Vec::<String>::new());
    let group = Arc::clone(&now["a"][0]);
    let again = manager.apply(pools(&[("a", vec![static_config(&["x:1", "y:2"]), static_config(&["z:3"])])]));
    assert!(Arc::ptr_eq(&group, &again["a"][0]), "an unchanged group keeps its Arc");
    assert_eq!(addresses(&again, "a"), ["x:1", "y:2", "z:3"]);
    assert_eq!(manager.stats().discovered_targets["a"], 3);
}

#[tokio::test]
async fn files_are_watched() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).unwrap();
    write("a.json", r#"[{"targets": ["a:1"]}]"#);
    let manager = manager();
    let mut receiver = manager.subscribe();
    manager.apply(pools(&[("p", vec![file_config(&folder.path().join("*.*"))])]));
    let first = wait_for(&mut receiver, "p", &["a:1"]).await;
    write("b.yml", "- targets: [b:1]\n  labels: {x: y}\n");
    let second = wait_for(&mut receiver, "p", &["a:1", "b:1"]).await;
    assert!(Arc::ptr_eq(&first["p"][0], &second["p"][0]));
    // A broken file keeps its targets, and the others go on.
    write("a.json", "[{");
    write("b.yml", "- targets: [b:2]\n");
    wait_for(&mut receiver, "p", &["a:1", "b:2"]).await;
    std::fs::remove_file(folder.path().join("b.yml")).unwrap();
    wait_for(&mut receiver, "p", &["a:1"]).await;
    assert!(manager.stats().mechanisms["file"].failures > 0);
}

#[tokio::test]
async fn a_changed_configuration_inherits_until_it_has_its_own() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("a.json"), r#"[{"targets": ["a:1"]}]"#).unwrap();
    let manager = manager();
    let mut receiver = manager.subscribe();
    manager.apply(pools(&[("p", vec![file_config(&folder.path().join("a.json"))])]));
    wait_for(&mut receiver, "p", &["a:1"]).await;
    let now = manager.apply(pools(&[("p", vec![file_config(&folder.path().join("*.json"))])]));
    assert_eq!(addresses(&now, "p"), ["a:1"]);
}

/// Answers requests one after another with these answers, the last one again and again.
async fn scripted(answers: Vec<String>) -> (url::Url, tokio::task::JoinHandle<()>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("an address");
    let task = tokio::spawn(async move {
        let mut turn = 0;
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut request = [0; 4096];
            let _ = stream.read(&mut request).await;
            let answer = &answers[turn.min(answers.len() - 1)];
            turn += 1;
            let _ = stream.write_all(answer.as_bytes()).await;
        }
    });
    (format!("http://user:pass@{address}/t").parse().expect("a URL"), task)
}

fn answer(status: &str, content_type: &str, body: &str) -> String {
    format!(
        "HTTP/1.1 {status}\r\nContent-Type: {content_type}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
        body.len()
    )
}

#[tokio::test]
async fn http_keeps_the_last_good_answer() {
    let json = "application/json; charset=utf-8";
    let (url, server) = scripted(vec![
        answer("200 OK", json, r#"[{"targets": ["h:1"], "labels": {"a": "b"}}]"#),
        answer("500 Oops", json, ""),
        answer("200 OK", "text/html", "<p>"),
        answer("200 OK", json, "{"),
        answer("200 OK", json, r#"[{"targets": ["h:2"]}]"#),
    ])
    .await;
    let manager = manager();
    let mut receiver = manager.subscribe();
    let config = HttpConfig { refresh_interval: Duration::from_millis(30), ..HttpConfig::new(url) };
    manager.apply(pools(&[("p", vec![DiscoveryConfig::Http(Box::new(config))])]));
    let first = wait_for(&mut receiver, "p", &["h:1"]).await;
    let shown = first["p"][0].labels.value("__meta_url").to_owned();
    assert!(shown.starts_with("http://127.0.0.1:") && !shown.contains("pass"), "{shown}");
    wait_for(&mut receiver, "p", &["h:2"]).await;
    assert_eq!(manager.stats().mechanisms["http"].failures, 3);
    server.abort();
}

#[tokio::test]
async fn numbers() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("t.json");
    std::fs::write(&file, r#"[{"targets": ["a:1"]}]"#).unwrap();
    let manager = manager();
    let mut receiver = manager.subscribe();
    let refused = DiscoveryConfig::Http(Box::new(HttpConfig::new("http://127.0.0.1:1/".parse().unwrap())));
    let both = vec![file_config(&file), refused];
    manager.apply(pools(&[("first", both.clone()), ("second", both)]));
    wait_for(&mut receiver, "second", &["a:1"]).await;
    let failed = async {
        while manager.stats().mechanisms["http"].failures == 0 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), failed).await.expect("the refused one is counted");
    let stats = manager.stats();
    let path = file.display().to_string();
    let changed = std::fs::metadata(&file).unwrap().modified().unwrap();
    let changed = changed.duration_since(std::time::UNIX_EPOCH).unwrap().as_secs_f64();
    assert_eq!(stats.file_times, BTreeMap::from([(path, changed)]));
    let of_pools: Vec<(&str, &str)> =
        stats.configs.keys().map(|(mechanism, pool)| (*mechanism, pool.as_str())).collect();
    assert_eq!(of_pools, [("file", "first"), ("http", "first")], "one of each runs, for the first who asked");
    assert!(stats.last_updates["second"] > 1e9, "{:?}", stats.last_updates);

    let before = stats.mechanisms["http"].failures;
    manager.apply(pools(&[("first", vec![file_config(&file)])]));
    let stats = manager.stats();
    assert!(stats.mechanisms["http"].failures >= before, "what was counted stays counted");
    assert!(!stats.configs.contains_key(&("http", "first".to_owned())));
    assert!(!stats.last_updates.contains_key("second"));
}
