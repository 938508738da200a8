//! The nodes below the followed paths as they are known, and which of them changed.

use std::collections::{BTreeMap, BTreeSet};

use super::client::Session;

/// More nodes than any directory of services has.
const NODES_MAX: usize = 200_000;

/// What is known of a node.
#[derive(Debug, Default)]
struct Node {
    data: Vec<u8>,
    children: BTreeSet<String>,
}

/// The known nodes by path.
#[derive(Debug, Default)]
pub(super) struct Tree {
    nodes: BTreeMap<String, Node>,
    changed: BTreeSet<String>,
}

impl Tree {
    /// What stands in a node.
    pub(super) fn data(&self, path: &str) -> Option<&[u8]> {
        self.nodes.get(path).map(|node| node.data.as_slice())
    }

    /// The paths of the nodes that came, went or changed since the last call.
    pub(super) fn take_changed(&mut self) -> BTreeSet<String> {
        std::mem::take(&mut self.changed)
    }

    /// Reads a node and those below it that are not known yet; whether it is there. All of them are watched.
    pub(super) async fn read(&mut self, session: &mut Session, path: &str) -> Result<bool, String> {
        let mut there = false;
        let mut queue = vec![path.to_owned()];
        while let Some(next) = queue.pop() {
            let found = self.read_one(session, &next, &mut queue).await?;
            if next == path {
                there = found;
            }
        }
        if !there && session.exists(path).await? {
            // Created between two questions: its event will come, and asks again.
            there = true;
        }
        Ok(there)
    }

    async fn read_one(
        &mut self,
        session: &mut Session,
        path: &str,
        queue: &mut Vec<String>,
    ) -> Result<bool, String> {
        let (Some(data), Some(children)) = (session.data(path).await?, session.children(path).await?) else {
            self.forget(path);
            return Ok(false);
        };
        if self.nodes.len() >= NODES_MAX && !self.nodes.contains_key(path) {
            return Err(format!("there are more than {NODES_MAX} nodes below the paths"));
        }
        let below = |name: &str| format!("{}/{name}", path.trim_end_matches('/'));
        let children: BTreeSet<String> = children.iter().map(|name| below(name)).collect();
        let known = self.nodes.get(path);
        if known.is_none_or(|known| known.data != data) {
            self.changed.insert(path.to_owned());
        }
        let gone: Vec<String> =
            known.into_iter().flat_map(|known| known.children.difference(&children)).cloned().collect();
        queue.extend(children.iter().filter(|child| !self.nodes.contains_key(*child)).cloned());
        self.nodes.insert(path.to_owned(), Node { data, children });
        gone.iter().for_each(|child| self.forget(child));
        Ok(true)
    }

    /// Forgets a node and everything below it.
    fn forget(&mut self, path: &str) {
        let mut queue = vec![path.to_owned()];
        while let Some(path) = queue.pop() {
            if let Some(node) = self.nodes.remove(&path) {
                queue.extend(node.children);
                self.changed.insert(path);
            }
        }
    }
}
