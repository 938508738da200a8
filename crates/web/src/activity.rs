//! What happens on a connection: [`Activity`] knows whether a request is under way, [`Deadline`] ends bodies that come
//! too slowly. Used by `connection`.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use axum::body::Body;
use bytes::Bytes;
use http_body::{Body as HttpBody, Frame, SizeHint};
use hyper::body::Incoming;
use tokio::time::{Instant, Sleep, sleep, sleep_until};

/// The requests under way on one connection.
///
/// A request changes two numbers and wakes nobody: whoever waits for idleness looks when it could have come.
#[derive(Debug)]
pub(crate) struct Activity {
    busy: AtomicUsize,
    /// How many requests there were.
    begun: AtomicU64,
    /// When the last request ended, in milliseconds after `opened`.
    quiet_since: AtomicU64,
    opened: Instant,
}

impl Default for Activity {
    fn default() -> Self {
        Self {
            busy: AtomicUsize::new(0),
            begun: AtomicU64::new(0),
            quiet_since: AtomicU64::new(0),
            opened: Instant::now(),
        }
    }
}

impl Activity {
    /// A request begins; it ends when what this returns is dropped.
    pub(crate) fn begin(self: &Arc<Self>) -> Busy {
        self.busy.fetch_add(1, Ordering::Relaxed);
        self.begun.fetch_add(1, Ordering::Relaxed);
        Busy(Arc::clone(self))
    }

    /// How many requests have begun.
    pub(crate) fn begun(&self) -> u64 {
        self.begun.load(Ordering::Relaxed)
    }

    /// How many requests were answered; `None` while one is under way.
    pub(crate) fn answered(&self) -> Option<u64> {
        (self.busy.load(Ordering::Acquire) == 0).then(|| self.begun())
    }

    /// Completes once nothing has been under way for `limit`.
    pub(crate) async fn idle(&self, limit: Duration) {
        loop {
            let now = Instant::now();
            let mut ends = now + limit;
            if self.busy.load(Ordering::Acquire) == 0 {
                ends = self.opened + Duration::from_millis(self.quiet_since.load(Ordering::Relaxed)) + limit;
            }
            if ends <= now {
                return;
            }
            sleep_until(ends).await;
        }
    }
}

/// A request under way.
#[derive(Debug)]
pub(crate) struct Busy(Arc<Activity>);

impl Drop for Busy {
    fn drop(&mut self) {
        let elapsed = u64::try_from(self.0.opened.elapsed().as_millis()).unwrap_or(u64::MAX >> 1);
        self.0.quiet_since.store(elapsed, Ordering::Relaxed);
        self.0.busy.fetch_sub(1, Ordering::Release);
    }
}

impl Busy {
    /// The request stays under way until its answer is sent.
    pub(crate) fn until_the_end_of(self, body: Body) -> Body {
        Body::new(Held { body, _busy: self })
    }
}

struct Held {
    body: Body,
    _busy: Busy,
}

impl HttpBody for Held {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        Pin::new(&mut self.body).poll_frame(cx)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

/// A request's body that must be complete in time.
pub(crate) struct Deadline {
    body: Incoming,
    limit: Duration,
    ends: Instant,
    /// Made when the client lets us wait for the first time.
    sleep: Option<Pin<Box<Sleep>>>,
}

impl Deadline {
    /// `body` within `limit` from now.
    pub(crate) fn new(body: Incoming, limit: Duration) -> Self {
        Self { body, limit, ends: Instant::now() + limit, sleep: None }
    }
}

/// Why a body ended early.
#[derive(Debug, thiserror::Error)]
pub(crate) enum BodyError {
    #[error("the request was not complete within {0:?} (--web.read-timeout)")]
    TooSlow(Duration),
    #[error(transparent)]
    Broken(#[from] hyper::Error),
}

impl HttpBody for Deadline {
    type Data = Bytes;
    type Error = BodyError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BodyError>>> {
        if let Poll::Ready(frame) = Pin::new(&mut self.body).poll_frame(cx) {
            return Poll::Ready(frame.map(|frame| frame.map_err(BodyError::from)));
        }
        let left = self.ends.saturating_duration_since(Instant::now());
        ready!(self.sleep.get_or_insert_with(|| Box::pin(sleep(left))).as_mut().poll(cx));
        Poll::Ready(Some(Err(BodyError::TooSlow(self.limit))))
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

#[cfg(test)]
mod tests {
    use tokio::time::timeout;

    use super::*;

    const LIMIT: Duration = Duration::from_millis(60);

    #[tokio::test]
    async fn idle_is_when_nothing_is_under_way() {
        let activity = Arc::new(Activity::default());
        let busy = activity.begin();
        assert!(timeout(3 * LIMIT, activity.idle(LIMIT)).await.is_err(), "a request is under way");
        drop(busy);
        let begun = Instant::now();
        activity.idle(LIMIT).await;
        assert!(begun.elapsed() >= LIMIT / 2, "the limit counts from the end of the request");
    }
}
