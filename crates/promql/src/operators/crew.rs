//! [`Crew`]: the threads that help queries with their series. One for the process: they stay, so that a query pays for no
//! thread of its own, with a heap and caches of its own.
//!
//! Work comes in numbered parts. Whoever has work does parts itself, and any helper that is free takes others; a busy crew
//! is not waited for. Which thread did a part does not show in the result.

use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread::JoinHandle;

use parking_lot::{Condvar, Mutex, RwLock};

/// Threads that wait for parts of work.
#[derive(Debug)]
pub(crate) struct Crew {
    helpers: usize,
    desk: Arc<Desk>,
    threads: Mutex<Vec<JoinHandle<()>>>,
}

/// Where work lies that helpers may take part in.
#[derive(Default)]
struct Desk {
    offers: Mutex<Offers>,
    new: Condvar,
}

#[derive(Default)]
struct Offers {
    waiting: VecDeque<Arc<dyn Help>>,
    closed: bool,
}

impl std::fmt::Debug for Desk {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Desk").field("waiting", &self.offers.lock().waiting.len()).finish_non_exhaustive()
    }
}

/// Work with parts that nobody has begun.
trait Help: Send + Sync {
    /// Does parts until none is left.
    fn help(&self);
}

/// Work in parts, and what came of them; `None` for a part that panicked.
struct Job<T, F> {
    /// Held for reading by all who do parts; taken away when all are done.
    work: RwLock<Option<F>>,
    parts: usize,
    next: AtomicUsize,
    results: Mutex<Vec<Option<T>>>,
}

impl<T: Send, F: Fn(usize) -> T + Send + Sync> Help for Job<T, F> {
    fn help(&self) {
        let guard = self.work.read();
        let Some(work) = &*guard else { return };
        loop {
            let part = self.next.fetch_add(1, Ordering::Relaxed);
            if part >= self.parts {
                return;
            }
            let result = catch_unwind(AssertUnwindSafe(|| work(part))).ok();
            if let Some(slot) = self.results.lock().get_mut(part) {
                *slot = result;
            }
        }
    }
}

impl Crew {
    /// A crew of so many helpers, which start with the first work.
    pub(crate) fn new(helpers: usize) -> Self {
        Self { helpers, desk: Arc::default(), threads: Mutex::default() }
    }

    /// Does all parts; the results are in their order, `None` where a part panicked.
    pub(crate) fn run<T: Send + 'static>(
        &self,
        parts: usize,
        work: impl Fn(usize) -> T + Send + Sync + 'static,
    ) -> Vec<Option<T>> {
        let job = Arc::new(Job {
            work: RwLock::new(Some(work)),
            parts,
            next: AtomicUsize::new(0),
            results: Mutex::new((0..parts).map(|_| None).collect()),
        });
        let offered: Arc<dyn Help> = Arc::<Job<T, _>>::clone(&job);
        self.offer(&offered, parts.saturating_sub(1).min(self.helpers));
        job.help();
        if parts > 1 {
            // What no helper has taken up yet, none has to.
            self.desk.offers.lock().waiting.retain(|other| !Arc::ptr_eq(other, &offered));
        }
        // Waits for the helpers that still do a part. What the work holds ends here, and not whenever a helper lets go.
        drop(job.work.write().take());
        std::mem::take(&mut job.results.lock())
    }

    fn offer(&self, work: &Arc<dyn Help>, times: usize) {
        if times == 0 {
            return;
        }
        self.start();
        let mut offers = self.desk.offers.lock();
        for _ in 0..times {
            offers.waiting.push_back(Arc::clone(work));
            self.desk.new.notify_one();
        }
    }

    fn start(&self) {
        let mut threads = self.threads.lock();
        while threads.len() < self.helpers {
            let desk = Arc::clone(&self.desk);
            let name = format!("query-{}", threads.len());
            match std::thread::Builder::new().name(name).spawn(move || desk.serve()) {
                Ok(thread) => threads.push(thread),
                // Then the others do it all.
                Err(_) => return,
            }
        }
    }
}

impl Desk {
    fn serve(&self) {
        let mut offers = self.offers.lock();
        while !offers.closed {
            match offers.waiting.pop_front() {
                Some(work) => {
                    drop(offers);
                    work.help();
                    drop(work);
                    offers = self.offers.lock();
                }
                None => self.new.wait(&mut offers),
            }
        }
    }
}

impl Drop for Crew {
    fn drop(&mut self) {
        self.desk.offers.lock().closed = true;
        self.desk.new.notify_all();
        for thread in self.threads.get_mut().drain(..) {
            // It has nothing to tell.
            let _ended = thread.join();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Barrier;

    #[test]
    fn parts_are_done_once_and_in_order() {
        for helpers in [0, 1, 3] {
            let crew = Crew::new(helpers);
            for parts in [0, 1, 2, 7, 100] {
                let results = crew.run(parts, |part| part * 2);
                assert_eq!(results, (0..parts).map(|part| Some(part * 2)).collect::<Vec<_>>());
            }
            assert!(crew.desk.offers.lock().waiting.is_empty());
        }
    }

    #[test]
    fn helpers_work_beside_the_caller() {
        let crew = Crew::new(1);
        // Two parts that can only end together.
        let barrier = Barrier::new(2);
        let names = crew.run(2, move |_| {
            barrier.wait();
            std::thread::current().name().map(str::to_owned)
        });
        assert!(names.contains(&Some(Some("query-0".to_owned()))), "{names:?}");
    }

    #[test]
    fn a_busy_crew_is_not_waited_for_and_a_panic_stays_a_part() {
        let crew = Arc::new(Crew::new(1));
        let (busy, free) = (Arc::new(Barrier::new(3)), Arc::new(Barrier::new(3)));
        let other = {
            let (crew, busy, free) = (Arc::clone(&crew), Arc::clone(&busy), Arc::clone(&free));
            std::thread::spawn(move || {
                crew.run(2, move |_| {
                    busy.wait();
                    free.wait();
                })
            })
        };
        busy.wait();
        let results = crew.run(3, |part| assert_ne!(part, 1, "on purpose"));
        assert_eq!(results, [Some(()), None, Some(())]);
        free.wait();
        assert_eq!(other.join().unwrap().len(), 2);
    }
}
