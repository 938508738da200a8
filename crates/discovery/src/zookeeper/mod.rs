//! Nodes of ZooKeeper that describe services: the members of server sets (Finagle, Aurora) and of AirBnB's Nerve.
//!
//! `wire` reads and writes the protocol, `client` holds a session, `tree` follows the nodes below a path, `member` reads
//! what stands in them. A group is a node; its source is the node's path.

mod client;
mod member;
mod tree;
mod wire;

use std::time::Duration;

use tokio::time::sleep;

use crate::refresh::Updates;
use crate::{DiscoveryError, TargetGroup};
use client::Session;
use member::Reader;
use tree::Tree;

/// How long after a failure to connect again.
const RETRY: Duration = Duration::from_secs(10);

/// One `serverset_sd_configs` or `nerve_sd_configs` entry.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ZooKeeperConfig {
    /// The servers, as `host:port`; one of them is asked.
    pub servers: Vec<String>,
    /// Where the nodes are: everything below these paths.
    pub paths: Vec<String>,
    /// How long a server that says nothing is trusted; also the session's.
    pub timeout: Duration,
}

/// Follows server sets until the task is aborted.
pub(crate) async fn run_serverset(config: ZooKeeperConfig, updates: Updates) {
    run(config, updates, member::serverset).await;
}

/// Follows Nerve's services until the task is aborted.
pub(crate) async fn run_nerve(config: ZooKeeperConfig, updates: Updates) {
    run(config, updates, member::nerve).await;
}

async fn run(config: ZooKeeperConfig, updates: Updates, reader: Reader) {
    let mut turn = 0;
    loop {
        let error = follow(&config, turn, &updates, reader).await;
        updates.failed(&error);
        turn += 1;
        sleep(RETRY).await;
    }
}

/// Follows the nodes by one server as long as it goes well.
async fn follow(config: &ZooKeeperConfig, turn: usize, updates: &Updates, reader: Reader) -> DiscoveryError {
    let server = config.servers.get(turn % config.servers.len().max(1)).map_or("", String::as_str);
    let failed = |reason: String| DiscoveryError::Answer { url: format!("ZooKeeper {server}"), reason };
    let mut session = match Session::connect(server, config.timeout).await {
        Ok(session) => session,
        Err(reason) => return failed(reason),
    };
    let mut tree = Tree::default();
    for path in &config.paths {
        match tree.read(&mut session, path).await {
            Ok(true) => {}
            // It may come: its creation is watched.
            Ok(false) => updates.failed(&failed(format!("there is no node {path}"))),
            Err(reason) => return failed(reason),
        }
    }
    let paths = tree.take_changed();
    updates.replace(paths.iter().map(|path| group(&tree, path, reader)).collect());
    loop {
        let event = match session.event().await {
            Ok(event) => event,
            Err(reason) => return failed(reason),
        };
        if let Err(reason) = tree.read(&mut session, &event).await {
            return failed(reason);
        }
        let changed = tree.take_changed();
        if !changed.is_empty() {
            updates.patch(changed.iter().map(|path| group(&tree, path, reader)).collect());
        }
    }
}

/// The group of a node; without targets when it is gone or describes nothing.
fn group(tree: &Tree, path: &str, reader: Reader) -> TargetGroup {
    let target = tree.data(path).and_then(|data| reader(path, data));
    TargetGroup {
        source: path.to_owned(),
        targets: target.iter().map(crate::labels::Meta::labels).collect(),
        ..TargetGroup::default()
    }
}

#[cfg(test)]
mod tests;
