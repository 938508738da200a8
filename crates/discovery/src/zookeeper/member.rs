//! What stands in a node: a member of a server set, or a service of Nerve, both as JSON. Names count in any case.

use serde_json::Value;

use crate::ask::text;
use crate::group::ADDRESS_LABEL;
use crate::labels::{Meta, host_port, sanitize};

/// Reads a node at a path; `None` when it does not describe a member.
pub(super) type Reader = fn(&str, &[u8]) -> Option<Meta>;

/// A field of an object, whatever the case of its name.
fn field<'v>(value: &'v Value, name: &str) -> Option<&'v Value> {
    value.as_object()?.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value)
}

fn text_field(value: &Value, name: &str) -> String {
    field(value, name).map(|value| text(value, "")).unwrap_or_default()
}

/// A host and a port, which is 0 when it is missing.
fn endpoint(value: &Value) -> (String, u16) {
    (text_field(value, "host"), text_field(value, "port").parse().unwrap_or_default())
}

fn object(data: &[u8]) -> Option<Value> {
    serde_json::from_slice::<Value>(data).ok().filter(Value::is_object)
}

/// A member of a server set.
pub(super) fn serverset(path: &str, data: &[u8]) -> Option<Meta> {
    const PREFIX: &str = "__meta_serverset_endpoint";
    let member = object(data)?;
    let (host, port) = field(&member, "serviceEndpoint").map(endpoint).unwrap_or_default();
    let mut target = Meta::new();
    target.set(ADDRESS_LABEL, host_port(&host, port));
    target.set("__meta_serverset_path", path);
    target.set("__meta_serverset_endpoint_host", host);
    target.set("__meta_serverset_endpoint_port", port);
    let more = field(&member, "additionalEndpoints").and_then(Value::as_object);
    for (name, value) in more.into_iter().flatten() {
        let (name, (host, port)) = (sanitize(name), endpoint(value));
        target.set(format!("{PREFIX}_host_{name}"), host);
        target.set(format!("{PREFIX}_port_{name}"), port);
    }
    target.set("__meta_serverset_status", text_field(&member, "status"));
    let shard = text_field(&member, "shard");
    target.set("__meta_serverset_shard", if shard.is_empty() { "0" } else { shard.as_str() });
    Some(target)
}

/// A service of Nerve.
pub(super) fn nerve(path: &str, data: &[u8]) -> Option<Meta> {
    let member = object(data)?;
    let (host, port) = endpoint(&member);
    let mut target = Meta::new();
    target.set(ADDRESS_LABEL, host_port(&host, port));
    target.set("__meta_nerve_path", path);
    target.set("__meta_nerve_endpoint_host", host);
    target.set("__meta_nerve_endpoint_port", port);
    target.set("__meta_nerve_endpoint_name", text_field(&member, "name"));
    Some(target)
}
