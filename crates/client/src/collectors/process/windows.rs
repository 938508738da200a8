//! The process on Windows: times, memory and handles from kernel32.
//!
//! The structs are those of `psapi.h` and `minwinbase.h`, whose layout is part of the system's interface. Handles stand for
//! file descriptors, as in the other clients; their limit is the one that Windows documents.
#![expect(unsafe_code, reason = "the system's interface is in C")]

use std::ffi::c_void;

use super::Usage;

/// Most handles of a process.
const HANDLES_MAX: f64 = 16_777_216.0;
/// Seconds from the epoch of Windows (1601) to that of Unix.
const EPOCH_SECONDS: f64 = 11_644_473_600.0;

/// `FILETIME`: 100 ns each, in two halves.
#[repr(C)]
#[derive(Default)]
struct FileTime {
    low: u32,
    high: u32,
}

/// `PROCESS_MEMORY_COUNTERS_EX`.
#[repr(C)]
#[derive(Default)]
struct MemoryCounters {
    size: u32,
    page_faults: u32,
    peak_working_set: usize,
    working_set: usize,
    pools_and_page_file: [usize; 6],
    private_usage: usize,
}

const _: () = assert!(size_of::<FileTime>() == 8);
const _: () = assert!(size_of::<MemoryCounters>() == 8 + 9 * size_of::<usize>());

// SAFETY: the signatures are those of processthreadsapi.h and psapi.h.
#[link(name = "kernel32")]
unsafe extern "system" {
    fn GetCurrentProcess() -> *mut c_void;
    fn GetProcessTimes(
        process: *mut c_void,
        creation: *mut FileTime,
        exit: *mut FileTime,
        kernel: *mut FileTime,
        user: *mut FileTime,
    ) -> i32;
    fn GetProcessHandleCount(process: *mut c_void, count: *mut u32) -> i32;
    fn K32GetProcessMemoryInfo(process: *mut c_void, counters: *mut MemoryCounters, size: u32) -> i32;
}

impl FileTime {
    fn seconds(&self) -> f64 {
        (u64::from(self.high) << 32 | u64::from(self.low)) as f64 / 1e7
    }
}

/// What the kernel says of the calling process.
pub(super) fn read() -> Usage {
    // SAFETY: takes nothing; the pseudo-handle need not be closed.
    let process = unsafe { GetCurrentProcess() };
    let [mut creation, mut exit, mut kernel, mut user] = [const { FileTime { low: 0, high: 0 } }; 4];
    // SAFETY: the pointers are to structs of the layout that the call fills.
    let has_times =
        unsafe { GetProcessTimes(process, &raw mut creation, &raw mut exit, &raw mut kernel, &raw mut user) }
            != 0;
    let mut handles = 0;
    // SAFETY: the pointer is to a number of the size that the call fills.
    let has_handles = unsafe { GetProcessHandleCount(process, &raw mut handles) } != 0;
    let size = size_of::<MemoryCounters>() as u32;
    let mut memory = MemoryCounters { size, ..MemoryCounters::default() };
    // SAFETY: the pointer is to a struct of the layout and size that the call is told.
    let has_memory = unsafe { K32GetProcessMemoryInfo(process, &raw mut memory, size) } != 0;
    Usage {
        cpu_seconds: has_times.then(|| kernel.seconds() + user.seconds()),
        open_fds: has_handles.then(|| f64::from(handles)),
        max_fds: Some(HANDLES_MAX),
        resident_bytes: has_memory.then_some(memory.working_set as f64),
        virtual_bytes: has_memory.then_some(memory.private_usage as f64),
        start_seconds: has_times.then(|| creation.seconds() - EPOCH_SECONDS),
        ..Usage::default()
    }
}
