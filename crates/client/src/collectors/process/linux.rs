//! The process on Linux, from `/proc`.

use std::fs;
use std::sync::OnceLock;

use super::Usage;

/// Kernel ticks a second in `/proc/self/stat`: USER_HZ, which is 100 on every Linux architecture Rust runs on.
const TICKS_PER_SECOND: f64 = 100.0;

/// What `/proc/self/stat` says; times in ticks.
#[derive(Debug, PartialEq)]
struct Stat {
    user_ticks: f64,
    system_ticks: f64,
    threads: f64,
    start_ticks: f64,
    virtual_bytes: f64,
}

/// Reads the fields behind the command name, which stands in parentheses and may contain anything.
fn parse_stat(text: &str) -> Option<Stat> {
    let (_, rest) = text.rsplit_once(") ")?;
    let fields: Vec<&str> = rest.split_ascii_whitespace().collect();
    // Field numbers of proc(5) count from 1 and the state, field 3, is our first.
    let field = |number: usize| fields.get(number - 3)?.parse::<f64>().ok();
    Some(Stat {
        user_ticks: field(14)?,
        system_ticks: field(15)?,
        threads: field(20)?,
        start_ticks: field(22)?,
        virtual_bytes: field(23)?,
    })
}

/// A value of `/proc/self/status` in bytes; the file has kB.
fn parse_status_bytes(text: &str, key: &str) -> Option<f64> {
    let line = text.lines().find_map(|line| line.strip_prefix(key)?.strip_prefix(':'))?;
    line.split_ascii_whitespace().next()?.parse::<f64>().ok().map(|kilobytes| kilobytes * 1024.0)
}

/// Soft limit of a line of `/proc/self/limits`.
fn parse_limit(text: &str, name: &str) -> Option<f64> {
    let line = text.lines().find_map(|line| line.strip_prefix(name))?;
    match line.split_ascii_whitespace().next()? {
        "unlimited" => Some(-1.0),
        number => number.parse().ok(),
    }
}

/// When the machine started, in seconds since the Unix epoch; does not change, so it is read once.
fn boot_time() -> Option<f64> {
    static BOOT: OnceLock<Option<f64>> = OnceLock::new();
    *BOOT.get_or_init(|| {
        let text = fs::read_to_string("/proc/stat").ok()?;
        text.lines().find_map(|line| line.strip_prefix("btime "))?.trim().parse().ok()
    })
}

/// What the kernel says of the calling process.
pub(super) fn read() -> Usage {
    let Some(stat) = fs::read_to_string("/proc/self/stat").ok().as_deref().and_then(parse_stat) else {
        return Usage::default();
    };
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let limits = fs::read_to_string("/proc/self/limits").unwrap_or_default();
    Usage {
        cpu_seconds: Some((stat.user_ticks + stat.system_ticks) / TICKS_PER_SECOND),
        // The directory handle that counts is one of the descriptors it counts.
        open_fds: fs::read_dir("/proc/self/fd").ok().map(|entries| entries.count().saturating_sub(1) as f64),
        max_fds: parse_limit(&limits, "Max open files"),
        resident_bytes: parse_status_bytes(&status, "VmRSS"),
        virtual_bytes: Some(stat.virtual_bytes),
        virtual_max_bytes: parse_limit(&limits, "Max address space"),
        start_seconds: boot_time().map(|boot| boot + stat.start_ticks / TICKS_PER_SECOND),
        threads: Some(stat.threads),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_name_with_parentheses() {
        let text = "7 (a) b) c) S 1 2 3 4 5 6 7 8 9 10 250 50 0 0 20 0 4 0 1234 8192 99\n";
        let stat = parse_stat(text).unwrap();
        assert_eq!(
            stat,
            Stat {
                user_ticks: 250.0,
                system_ticks: 50.0,
                threads: 4.0,
                start_ticks: 1234.0,
                virtual_bytes: 8192.0
            }
        );
        assert_eq!(parse_stat("garbage"), None);
    }

    #[test]
    fn limits_and_status() {
        let limits = "Max open files            1024                 524288               files\nMax address space         unlimited            unlimited            bytes\n";
        assert_eq!(parse_limit(limits, "Max open files"), Some(1024.0));
        assert_eq!(parse_limit(limits, "Max address space"), Some(-1.0));
        assert_eq!(parse_status_bytes("VmPeak:\t 1 kB\nVmRSS:\t    2 kB\n", "VmRSS"), Some(2048.0));
    }
}
