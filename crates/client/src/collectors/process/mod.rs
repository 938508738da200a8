//! The process's own CPU time, memory, file descriptors, threads and start time: one file a system, one struct for what
//! they say. A system without a file, and what a system does not say, is left out of the page.

#[cfg(target_os = "linux")]
mod linux;
#[cfg(target_os = "macos")]
mod macos;
#[cfg(windows)]
mod windows;

#[cfg(target_os = "linux")]
use linux::read;
#[cfg(target_os = "macos")]
use macos::read;
#[cfg(windows)]
use windows::read;

use super::{Collector, Families};

/// Exposes the `process_*` metrics that every Prometheus client has; on Linux, macOS and Windows.
///
/// ```
/// use narthex_client::{ProcessCollector, Registry};
/// let registry = Registry::new();
/// registry.collect_with(ProcessCollector::new());
/// # if cfg!(any(target_os = "linux", target_os = "macos", windows)) {
/// assert!(registry.text().contains("\nprocess_cpu_seconds_total "));
/// # }
/// ```
#[derive(Debug, Clone, Default)]
pub struct ProcessCollector {
    prefix: String,
}

/// What a system says of a process.
#[derive(Debug, Default)]
struct Usage {
    cpu_seconds: Option<f64>,
    /// File descriptors; on Windows handles.
    open_fds: Option<f64>,
    /// -1 without a limit.
    max_fds: Option<f64>,
    resident_bytes: Option<f64>,
    virtual_bytes: Option<f64>,
    /// -1 without a limit.
    virtual_max_bytes: Option<f64>,
    /// Since the Unix epoch.
    start_seconds: Option<f64>,
    threads: Option<f64>,
}

#[cfg(not(any(target_os = "linux", target_os = "macos", windows)))]
fn read() -> Usage {
    Usage::default()
}

impl ProcessCollector {
    /// A collector for the calling process.
    pub fn new() -> Self {
        Self::default()
    }

    /// Puts `prefix` and `_` before every name.
    #[must_use]
    pub fn with_prefix(prefix: &str) -> Self {
        Self { prefix: format!("{prefix}_") }
    }
}

impl Collector for ProcessCollector {
    fn collect(&self, families: &mut Families) {
        let usage = read();
        if let Some(seconds) = usage.cpu_seconds {
            let name = format!("{}process_cpu_seconds_total", self.prefix);
            families.counter(&name, "Total user and system CPU time spent in seconds.").value(seconds);
        }
        for (name, help, value) in [
            ("open_fds", "Number of open file descriptors.", usage.open_fds),
            ("max_fds", "Maximum number of open file descriptors.", usage.max_fds),
            ("resident_memory_bytes", "Resident memory size in bytes.", usage.resident_bytes),
            ("virtual_memory_bytes", "Virtual memory size in bytes.", usage.virtual_bytes),
            (
                "virtual_memory_max_bytes",
                "Maximum amount of virtual memory available in bytes.",
                usage.virtual_max_bytes,
            ),
            (
                "start_time_seconds",
                "Start time of the process since unix epoch in seconds.",
                usage.start_seconds,
            ),
            ("threads", "Number of OS threads in the process.", usage.threads),
        ] {
            if let Some(value) = value {
                families.gauge(&format!("{}process_{name}", self.prefix), help).value(value);
            }
        }
    }
}

#[cfg(all(test, any(target_os = "linux", target_os = "macos", windows)))]
mod tests {
    use super::*;

    #[test]
    fn this_process() {
        let before = read();
        while read().cpu_seconds <= before.cpu_seconds {
            std::hint::black_box((0..100_000).map(|n| f64::from(n).sqrt()).sum::<f64>());
        }
        let opened = std::fs::File::open(std::env::current_exe().unwrap()).unwrap();
        let after = read();
        drop(opened);
        assert!(after.resident_bytes > Some(100_000.0), "{after:?}");
        assert!(after.virtual_bytes >= after.resident_bytes || cfg!(windows), "{after:?}");
        assert!(after.open_fds > Some(1.0), "{after:?}");
        let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs_f64();
        let started = after.start_seconds.unwrap();
        assert!(started > now - 86_400.0 && started < now + 2.0, "{started} {now}");
    }

    #[test]
    fn a_prefix_is_on_every_name() {
        let registry = crate::Registry::new();
        registry.collect_with(ProcessCollector::with_prefix("shop"));
        let page = registry.text();
        assert!(page.contains("\nshop_process_cpu_seconds_total "), "{page}");
        assert!(page.lines().all(|line| line.starts_with("# ") || line.starts_with("shop_process_")));
    }
}
