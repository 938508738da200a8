//! The numbers of discovery: `prometheus_sd_*`.

use narthex_client::Families;
use narthex_discovery::{MechanismStats, REFRESH_BOUNDS, Stats, Tally};

use super::counter;

/// Mechanisms that watch instead of refreshing; their failures have names of their own.
const WATCHING: &[&str] = &["static", "file", "consul", "kubernetes", "kuma", "serverset", "nerve"];
const KUBERNETES_ROLES: [&str; 6] = ["endpoints", "endpointslice", "ingress", "node", "pod", "service"];

/// Everything about discovery.
pub(super) fn collect(families: &mut Families, stats: &Stats) {
    manager(families, stats);
    refreshes(families, stats);
    durations(families, stats);
    let of = |name: &str| stats.mechanisms.get(name).copied().unwrap_or_default();
    for (name, help, value) in failures(&of) {
        counter(families, name, help, value as f64);
    }
    let (file, kuma) = (of("file"), of("kuma"));
    for (name, help, numbers) in [
        ("prometheus_sd_file_scan_duration_seconds", "How long looks at the files of targets took.", file),
        ("prometheus_sd_kuma_fetch_duration_seconds", "How long questions to Kuma took.", kuma),
    ] {
        families.summary(name, help).summary([], [], numbers.refresh_seconds, numbers.refreshes);
    }
    let mut family = families.gauge(
        "prometheus_sd_file_mtime_seconds",
        "When a file of targets was changed, as it was last read.",
    );
    for (path, time) in &stats.file_times {
        family = family.sample([("filename", path.as_str())], *time);
    }
    let tally = |mechanism, one, other| -> Tally {
        stats.tallies.get(&(mechanism, one, other)).copied().unwrap_or_default()
    };
    let mut family =
        families.summary("prometheus_sd_consul_rpc_duration_seconds", "How long answers of Consul took.");
    for call in ["service", "services"] {
        let Tally { count, seconds } = tally("consul", "catalog", call);
        family = family.summary([("call", call), ("endpoint", "catalog")], [], seconds, count);
    }
    let mut family =
        families.counter("prometheus_sd_kubernetes_events_total", "The number of Kubernetes events handled.");
    for role in KUBERNETES_ROLES {
        for event in ["add", "delete", "update"] {
            let count = tally("kubernetes", role, event).count;
            family = family.sample([("event", event), ("role", role)], count as f64);
        }
    }
}

/// What the manager itself counts.
fn manager(families: &mut Families, stats: &Stats) {
    let of_scraping = [("name", "scrape")];
    let mut family =
        families.gauge("prometheus_sd_discovered_targets", "Current number of discovered targets.");
    for (pool, count) in &stats.discovered_targets {
        family = family.sample([("config", pool.as_str()), ("name", "scrape")], *count as f64);
    }
    // A configuration that cannot run is refused when the file is read.
    families
        .gauge("prometheus_sd_failed_configs", "Configurations of discovery that could not be started.")
        .sample(of_scraping, 0.0);
    let mut family = families.gauge(
        "prometheus_sd_last_update_timestamp_seconds",
        "Timestamp of the last update sent to the SD consumers.",
    );
    for (pool, time) in &stats.last_updates {
        family = family.sample([("config", pool.as_str()), ("name", "scrape")], *time);
    }
    let received: u64 = stats.mechanisms.values().map(|numbers| numbers.updates).sum();
    for (name, help, value) in [
        ("prometheus_sd_received_updates_total", "Lists of targets that mechanisms handed on.", received),
        (
            "prometheus_sd_updates_delayed_total",
            "Changes that had to wait because another one was just published.",
            stats.updates_delayed,
        ),
        (
            "prometheus_sd_updates_total",
            "Total number of update events sent to the SD consumers.",
            stats.updates_sent,
        ),
    ] {
        families.counter(name, help).sample(of_scraping, value as f64);
    }
}

/// The numbers of the mechanisms that ask again and again, by mechanism and job.
fn refreshes(families: &mut Families, stats: &Stats) {
    let refreshing: Vec<_> =
        stats.configs.iter().filter(|((mechanism, _), _)| !WATCHING.contains(mechanism)).collect();
    let mut family = families.counter(
        "prometheus_sd_refresh_failures_total",
        "Number of refresh failures for the given SD mechanism.",
    );
    for ((mechanism, pool), numbers) in &refreshing {
        let labels = [("config", pool.as_str()), ("mechanism", *mechanism)];
        family = family.sample(labels, numbers.failures as f64);
    }
    let mut family = families
        .summary("prometheus_sd_refresh_duration_seconds", "How long the refreshes of a mechanism took.");
    for ((mechanism, pool), numbers) in &refreshing {
        let labels = [("config", pool.as_str()), ("mechanism", *mechanism)];
        family = family.summary(labels, [], numbers.refresh_seconds, numbers.refreshes);
    }
}

/// How long refreshes took, by mechanism.
fn durations(families: &mut Families, stats: &Stats) {
    let name = "prometheus_sd_refresh_duration_histogram_seconds";
    let mut family = families.histogram(name, "How long the refreshes of a mechanism took.");
    for (mechanism, numbers) in stats.mechanisms.iter().filter(|(name, _)| !WATCHING.contains(name)) {
        let buckets = REFRESH_BOUNDS.into_iter().zip(numbers.refreshes_within);
        let (sum, count) = (numbers.refresh_seconds, numbers.refreshes);
        family = family.histogram([("mechanism", *mechanism)], buckets, sum, count);
    }
}

/// What single mechanisms count under names of their own.
fn failures(of: &dyn Fn(&str) -> MechanismStats) -> [(&'static str, &'static str, u64); 13] {
    let kuma = of("kuma");
    [
        (
            "prometheus_sd_azure_failures_total",
            "Number of Azure service discovery refresh failures.",
            of("azure").failures,
        ),
        (
            "prometheus_sd_consul_rpc_failures_total",
            "The number of Consul RPC call failures.",
            of("consul").failures,
        ),
        ("prometheus_sd_dns_lookup_failures_total", "Look-ups of names that failed.", of("dns").failures),
        ("prometheus_sd_dns_lookups_total", "Look-ups of names with targets.", of("dns").refreshes),
        (
            "prometheus_sd_file_read_errors_total",
            "Files of targets that could not be read.",
            of("file").failures,
        ),
        // Files are looked at, not watched by the system.
        ("prometheus_sd_file_watcher_errors_total", "Watches of files that failed.", 0),
        ("prometheus_sd_http_failures_total", "Refreshes over HTTP that failed.", of("http").failures),
        (
            "prometheus_sd_kubernetes_failures_total",
            "The number of failed WATCH/LIST requests.",
            of("kubernetes").failures,
        ),
        ("prometheus_sd_kuma_fetch_failures_total", "Questions to Kuma that failed.", kuma.failures),
        (
            "prometheus_sd_kuma_fetch_skipped_updates_total",
            "Answers of Kuma that nothing has changed.",
            kuma.refreshes.saturating_sub(kuma.updates + kuma.failures),
        ),
        ("prometheus_sd_linode_failures_total", "Refreshes by Linode that failed.", of("linode").failures),
        ("prometheus_sd_nomad_failures_total", "Refreshes by Nomad that failed.", of("nomad").failures),
        (
            "prometheus_treecache_zookeeper_failures_total",
            "The total number of ZooKeeper failures.",
            of("serverset").failures + of("nerve").failures,
        ),
    ]
}
