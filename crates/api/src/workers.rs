//! Where the work of requests runs: on tokio's blocking threads, at most so much at once, and no longer than anyone waits
//! for it. What is known to be over in no time runs where it is.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::{Duration, Instant};

use narthex_promql::CancelToken;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;

use crate::error::{ApiError, ErrorKind};
use crate::quick::QuickWork;

/// A bounded pool.
#[derive(Debug, Clone)]
pub(crate) struct Workers {
    places: Arc<Semaphore>,
    quick: Arc<QuickWork>,
}

/// Cancels when dropped: a request's future is dropped when its client goes away.
struct CancelOnDrop(CancelToken);

impl Drop for CancelOnDrop {
    fn drop(&mut self) {
        self.0.cancel();
    }
}

impl Workers {
    /// A pool in which at most `most` pieces of work run at once.
    pub(crate) fn new(most: usize) -> Self {
        let most = if most == 0 { Semaphore::MAX_PERMITS } else { most.min(Semaphore::MAX_PERMITS) };
        Self { places: Arc::new(Semaphore::new(most)), quick: Arc::new(QuickWork::new()) }
    }

    /// Runs `work` as soon as there is a place, which must be within `wait` (zero = for ever). The token it gets is
    /// cancelled when the caller stops waiting.
    pub(crate) async fn run<T: Send + 'static>(
        &self,
        wait: Duration,
        work: impl FnOnce(CancelToken) -> Result<T, ApiError> + Send + 'static,
    ) -> Result<T, ApiError> {
        let place = self.place(wait).await?;
        hand_over(place, work).await
    }

    /// The same for work that is known by `key` (see [`QuickWork`]): here, if it was quick the last time.
    pub(crate) async fn run_known<T: Send + 'static>(
        &self,
        key: u64,
        wait: Duration,
        work: impl FnOnce(CancelToken) -> Result<T, ApiError> + Send + 'static,
    ) -> Result<T, ApiError> {
        let place = self.place(wait).await?;
        let quick = Arc::clone(&self.quick);
        let timed = move |token| {
            let begun = Instant::now();
            let result = work(token);
            quick.note(key, begun.elapsed());
            result
        };
        if !self.quick.is_quick(key) {
            return hand_over(place, timed).await;
        }
        let result = catch_unwind(AssertUnwindSafe(|| timed(CancelToken::new())));
        result.unwrap_or_else(|_| Err(panicked("see the message on standard error")))
    }

    async fn place(&self, wait: Duration) -> Result<OwnedSemaphorePermit, ApiError> {
        let acquire = Arc::clone(&self.places).acquire_owned();
        let closed = |_| ApiError::new(ErrorKind::Internal, "the pool of workers is closed");
        if wait.is_zero() {
            return acquire.await.map_err(closed);
        }
        let late = |_| ApiError::new(ErrorKind::Timeout, "query timed out in query queue");
        timeout(wait, acquire).await.map_err(late)?.map_err(closed)
    }
}

/// Runs work on a thread that may block.
async fn hand_over<T: Send + 'static>(
    place: OwnedSemaphorePermit,
    work: impl FnOnce(CancelToken) -> Result<T, ApiError> + Send + 'static,
) -> Result<T, ApiError> {
    let token = CancelToken::new();
    let guard = CancelOnDrop(token.clone());
    let done = tokio::task::spawn_blocking(move || {
        let result = work(token);
        drop(place);
        result
    });
    let result = done.await.unwrap_or_else(|error| Err(panicked(&error.to_string())));
    drop(guard);
    result
}

fn panicked(error: &str) -> ApiError {
    tracing::error!(error, "a request's work panicked");
    ApiError::new(ErrorKind::Internal, "internal error: the server's log has the details")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_dropped_request_cancels_its_work() {
        let workers = Workers::new(1);
        let (tell, told) = tokio::sync::oneshot::channel();
        let request = workers.run(Duration::ZERO, move |token| {
            while !token.is_cancelled() {
                std::thread::yield_now();
            }
            let _ = tell.send(());
            Ok(())
        });
        assert!(timeout(Duration::from_millis(20), request).await.is_err());
        told.await.unwrap();
    }

    #[tokio::test]
    async fn quick_work_stays_and_a_panic_is_an_error() {
        let workers = Workers::new(1);
        let here = std::thread::current().id();
        let same = move |_| Ok(std::thread::current().id() == here);
        assert_eq!(workers.run_known(1 << 30, Duration::ZERO, same).await, Ok(false));
        assert_eq!(workers.run_known(1 << 30, Duration::ZERO, same).await, Ok(true));
        let bad = |_| -> Result<(), ApiError> { panic!("on purpose") };
        for _ in 0..2 {
            let error = workers.run_known(1 << 30, Duration::ZERO, bad).await.unwrap_err();
            assert_eq!(error.kind, ErrorKind::Internal);
        }
        assert_eq!(workers.places.available_permits(), 1);
    }

    #[tokio::test]
    async fn waiting_ends() {
        let workers = Workers::new(1);
        let place = Arc::clone(&workers.places).acquire_owned().await.unwrap();
        let error = workers.run(Duration::from_millis(5), |_| Ok(())).await.unwrap_err();
        assert_eq!(
            (error.kind, error.message.as_str()),
            (ErrorKind::Timeout, "query timed out in query queue")
        );
        drop(place);
        assert_eq!(workers.run(Duration::from_millis(5), |_| Ok(7)).await, Ok(7));
    }
}
