//! Where blocking work of requests runs: on tokio's blocking threads, at most so many at once, and no longer than anyone
//! waits for it.

use std::sync::Arc;
use std::time::Duration;

use narthex_promql::CancelToken;
use tokio::sync::Semaphore;
use tokio::time::timeout;

use crate::error::{ApiError, ErrorKind};

/// A bounded pool.
#[derive(Debug, Clone)]
pub(crate) struct Workers {
    places: Arc<Semaphore>,
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
        Self { places: Arc::new(Semaphore::new(most)) }
    }

    /// Runs `work` as soon as there is a place, which must be within `wait` (zero = for ever). The token it gets is
    /// cancelled when the caller stops waiting.
    pub(crate) async fn run<T: Send + 'static>(
        &self,
        wait: Duration,
        work: impl FnOnce(CancelToken) -> Result<T, ApiError> + Send + 'static,
    ) -> Result<T, ApiError> {
        let acquire = Arc::clone(&self.places).acquire_owned();
        let place = if wait.is_zero() {
            acquire.await
        } else {
            let late = || ApiError::new(ErrorKind::Timeout, "query timed out in query queue");
            timeout(wait, acquire).await.map_err(|_| late())?
        };
        let token = CancelToken::new();
        let guard = CancelOnDrop(token.clone());
        let done = tokio::task::spawn_blocking(move || {
            let result = work(token);
            drop(place);
            result
        });
        let result = done.await.unwrap_or_else(|error| {
            tracing::error!(%error, "a request's work panicked");
            Err(ApiError::new(ErrorKind::Internal, "internal error: the server's log has the details"))
        });
        drop(guard);
        result
    }
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
