//! What happens on a connection: [`Activity`] knows whether a request is under way, [`Deadline`] ends bodies that come
//! too slowly. Used by `connection`.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use axum::body::Body;
use bytes::Bytes;
use http_body::{Body as HttpBody, Frame, SizeHint};
use hyper::body::Incoming;
use tokio::sync::watch;
use tokio::time::{Instant, Sleep, sleep};

/// The number of requests under way on one connection.
#[derive(Debug)]
pub(crate) struct Activity(watch::Sender<usize>);

impl Default for Activity {
    fn default() -> Self {
        Self(watch::Sender::new(0))
    }
}

impl Activity {
    /// A request begins; it ends when what this returns is dropped.
    pub(crate) fn begin(self: &Arc<Self>) -> Busy {
        self.0.send_modify(|count| *count += 1);
        Busy(Arc::clone(self))
    }

    /// Completes once nothing has been under way for `limit`.
    pub(crate) async fn idle(&self, limit: Duration) {
        let mut changes = self.0.subscribe();
        loop {
            // The sender lives as long as `self`.
            let _ = changes.wait_for(|count| *count == 0).await;
            if tokio::time::timeout(limit, changes.changed()).await.is_err() {
                return;
            }
        }
    }
}

/// A request under way.
#[derive(Debug)]
pub(crate) struct Busy(Arc<Activity>);

impl Drop for Busy {
    fn drop(&mut self) {
        self.0.0.send_modify(|count| *count -= 1);
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
