//! The threads that scrape: each has its own targets, its own timers and its own sockets.
//!
//! A scrape is one short burst of work on data that nobody else has (connection, cache, page), so a target stays on one
//! thread from the timer to the commit: no task moves, no other thread is woken, the page is still in the core's cache
//! when it is parsed. Targets are dealt out by their hash.
//!
//! Invariant: the threads end when [`Workers`] is dropped, after the step that each is in.

use std::io;
use std::thread;

use tokio::runtime::{Builder, Handle};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

/// Running threads.
#[derive(Debug)]
pub(crate) struct Workers {
    threads: Vec<Worker>,
}

#[derive(Debug)]
struct Worker {
    handle: Handle,
    /// Dropping it ends the thread.
    _end: oneshot::Sender<()>,
}

impl Workers {
    /// Starts `count` threads, at least one. Those that cannot be started are done without.
    pub(crate) fn start(count: usize) -> Self {
        let start = |number| {
            let started = Worker::start(number);
            started.inspect_err(|error| tracing::warn!("cannot start a thread for scraping: {error}")).ok()
        };
        Self { threads: (0..count.max(1)).filter_map(start).collect() }
    }

    /// Runs a task on the thread that `hash` falls to; if none could be started, on the caller's runtime.
    pub(crate) fn spawn(&self, hash: u64, task: impl Future<Output = ()> + Send + 'static) -> JoinHandle<()> {
        // The low bits say when a target is scraped: the thread must not follow from them.
        let index = (hash.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 32) as usize % self.threads.len().max(1);
        match self.threads.get(index) {
            Some(worker) => worker.handle.spawn(task),
            None => tokio::spawn(task),
        }
    }
}

impl Worker {
    fn start(number: usize) -> io::Result<Self> {
        let runtime = Builder::new_current_thread().enable_all().build()?;
        let handle = runtime.handle().clone();
        let (end, ended) = oneshot::channel::<()>();
        thread::Builder::new().name(format!("scrape-{number}")).spawn(move || {
            // An error says that the sender is gone, which is the signal.
            let _ = runtime.block_on(ended);
            runtime.shutdown_background();
        })?;
        Ok(Self { handle, _end: end })
    }
}
