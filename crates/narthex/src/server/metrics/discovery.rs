//! The numbers of discovery: `prometheus_sd_*`.

use narthex_client::Families;
use narthex_discovery::Stats;

use super::counter;

/// Everything about discovery.
pub(super) fn collect(families: &mut Families, stats: &Stats) {
    let mut family =
        families.gauge("prometheus_sd_discovered_targets", "Current number of discovered targets.");
    for (pool, count) in &stats.discovered_targets {
        family = family.sample([("config", pool.as_str()), ("name", "scrape")], *count as f64);
    }
    families
        .counter("prometheus_sd_updates_total", "Total number of update events sent to the SD consumers.")
        .sample([("name", "scrape")], stats.updates_sent as f64);
    let mut family = families.counter(
        "prometheus_sd_refresh_failures_total",
        "Number of refresh failures for the given SD mechanism.",
    );
    for (mechanism, numbers) in &stats.mechanisms {
        family = family.sample([("mechanism", *mechanism)], numbers.failures as f64);
    }
    let received: u64 = stats.mechanisms.values().map(|numbers| numbers.updates).sum();
    families
        .counter("prometheus_sd_received_updates_total", "Lists of targets that mechanisms handed on.")
        .sample([("name", "scrape")], received as f64);
    let mut family = families
        .summary("prometheus_sd_refresh_duration_seconds", "How long the refreshes of a mechanism took.");
    for (mechanism, numbers) in &stats.mechanisms {
        family = family.summary([("mechanism", *mechanism)], [], numbers.refresh_seconds, numbers.refreshes);
    }
    let of = |name: &str| stats.mechanisms.get(name).copied().unwrap_or_default();
    for (name, help, value) in [
        (
            "prometheus_sd_file_read_errors_total",
            "Files of targets that could not be read.",
            of("file").failures,
        ),
        ("prometheus_sd_http_failures_total", "Refreshes over HTTP that failed.", of("http").failures),
        ("prometheus_sd_dns_lookups_total", "Look-ups of names with targets.", of("dns").refreshes),
        ("prometheus_sd_dns_lookup_failures_total", "Look-ups of names that failed.", of("dns").failures),
        ("prometheus_sd_consul_rpc_failures_total", "Requests to Consul that failed.", of("consul").failures),
        (
            "prometheus_sd_kubernetes_failures_total",
            "Lists and watches of Kubernetes that failed.",
            of("kubernetes").failures,
        ),
        ("prometheus_sd_nomad_failures_total", "Refreshes by Nomad that failed.", of("nomad").failures),
        ("prometheus_sd_azure_failures_total", "Refreshes by Azure that failed.", of("azure").failures),
        ("prometheus_sd_linode_failures_total", "Refreshes by Linode that failed.", of("linode").failures),
    ] {
        counter(families, name, help, value as f64);
    }
}
