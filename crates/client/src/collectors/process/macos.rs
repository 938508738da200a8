//! The process on macOS: `proc_pidinfo` for memory, threads and the start, `getrusage` for CPU time, `/dev/fd` for open files.
//!
//! The functions are of libSystem, which every program is linked with; the structs are those of `sys/proc_info.h` and
//! `sys/resource.h`, whose layout is part of the system's interface.
#![expect(unsafe_code, reason = "the system's interface is in C")]

use std::ffi::{c_int, c_void};
use std::mem::MaybeUninit;

use super::Usage;

/// Flavour of `proc_pidinfo` that fills a [`TaskInfo`].
const PROC_PIDTASKINFO: c_int = 4;
/// Flavour of `proc_pidinfo` that fills a [`BsdInfo`].
const PROC_PIDTBSDINFO: c_int = 3;
const RUSAGE_SELF: c_int = 0;
const RLIMIT_AS: c_int = 5;
const RLIMIT_NOFILE: c_int = 8;
/// No limit.
const RLIM_INFINITY: u64 = i64::MAX as u64;

/// `struct proc_taskinfo`; times are left to `getrusage`, because these are in ticks of the processor.
#[repr(C)]
struct TaskInfo {
    virtual_size: u64,
    resident_size: u64,
    times: [u64; 4],
    counts: [i32; 9],
    threads: i32,
    running: i32,
    priority: i32,
}

/// `struct proc_bsdinfo`.
#[repr(C)]
struct BsdInfo {
    ids: [u32; 12],
    names: [u8; 48],
    groups: [u32; 5],
    nice: i32,
    start_seconds: u64,
    start_microseconds: u64,
}

/// `struct timeval`.
#[repr(C)]
struct TimeValue {
    seconds: i64,
    microseconds: i32,
}

/// `struct rusage`.
#[repr(C)]
struct ResourceUsage {
    user: TimeValue,
    system: TimeValue,
    rest: [i64; 14],
}

/// `struct rlimit`.
#[repr(C)]
struct ResourceLimit {
    current: u64,
    max: u64,
}

const _: () = assert!(size_of::<TaskInfo>() == 96 && size_of::<BsdInfo>() == 136);
const _: () = assert!(size_of::<ResourceUsage>() == 144 && size_of::<ResourceLimit>() == 16);

// SAFETY: the signatures are those of libproc.h and sys/resource.h.
unsafe extern "C" {
    fn proc_pidinfo(pid: c_int, flavour: c_int, argument: u64, buffer: *mut c_void, size: c_int) -> c_int;
    fn getrusage(who: c_int, usage: *mut ResourceUsage) -> c_int;
    fn getrlimit(resource: c_int, limit: *mut ResourceLimit) -> c_int;
}

/// What the kernel says of the calling process.
pub(super) fn read() -> Usage {
    let task = process_info::<TaskInfo>(PROC_PIDTASKINFO);
    let start = process_info::<BsdInfo>(PROC_PIDTBSDINFO);
    Usage {
        cpu_seconds: cpu_seconds(),
        // The directory handle that counts is one of the descriptors it counts.
        open_fds: std::fs::read_dir("/dev/fd").ok().map(|entries| entries.count().saturating_sub(1) as f64),
        max_fds: limit(RLIMIT_NOFILE),
        resident_bytes: task.as_ref().map(|task| task.resident_size as f64),
        virtual_bytes: task.as_ref().map(|task| task.virtual_size as f64),
        virtual_max_bytes: limit(RLIMIT_AS),
        start_seconds: start.map(|info| info.start_seconds as f64 + info.start_microseconds as f64 / 1e6),
        threads: task.as_ref().map(|task| f64::from(task.threads)),
    }
}

/// Asks `proc_pidinfo` about the calling process.
///
/// Only for [`TaskInfo`] and [`BsdInfo`] with their flavours: structs of numbers, for which every content is valid.
fn process_info<T>(flavour: c_int) -> Option<T> {
    let pid = c_int::try_from(std::process::id()).ok()?;
    let size = c_int::try_from(size_of::<T>()).ok()?;
    let mut info = MaybeUninit::<T>::zeroed();
    // SAFETY: the buffer is `size` bytes long and ours alone; the kernel writes at most that much.
    let written = unsafe { proc_pidinfo(pid, flavour, 0, info.as_mut_ptr().cast(), size) };
    // SAFETY: zero is a valid content of these structs of numbers, and so is what the kernel wrote over it.
    (written == size).then(|| unsafe { info.assume_init() })
}

fn cpu_seconds() -> Option<f64> {
    let mut usage = MaybeUninit::<ResourceUsage>::zeroed();
    // SAFETY: the pointer is to a struct of the layout that the call fills.
    let failed = unsafe { getrusage(RUSAGE_SELF, usage.as_mut_ptr()) } != 0;
    if failed {
        return None;
    }
    // SAFETY: zeroed, and then filled by the call.
    let usage = unsafe { usage.assume_init() };
    let seconds = |time: &TimeValue| time.seconds as f64 + f64::from(time.microseconds) / 1e6;
    Some(seconds(&usage.user) + seconds(&usage.system))
}

/// The soft limit of a resource, -1 without one.
fn limit(resource: c_int) -> Option<f64> {
    let mut limit = ResourceLimit { current: 0, max: 0 };
    // SAFETY: the pointer is to a struct of the layout that the call fills.
    let failed = unsafe { getrlimit(resource, &raw mut limit) } != 0;
    let ResourceLimit { current, max: _ } = limit;
    (!failed).then_some(if current == RLIM_INFINITY { -1.0 } else { current as f64 })
}
