//! The body of a measured response: passes everything on and counts the bytes.

use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::Buf as _;
use http_body::{Body, Frame, SizeHint};
use pin_project_lite::pin_project;

use super::Answering;
use crate::HistogramSeries;

pin_project! {
    /// A body whose bytes are counted; the size is observed when it is dropped, whether it was sent whole or not.
    pub struct MeasuredBody<B> {
        #[pin]
        inner: B,
        count: Count,
    }
}

/// The part that is not the body.
struct Count {
    size: HistogramSeries,
    bytes: u64,
    /// Counts the request down when the body is gone.
    _in_flight: Option<Answering>,
}

impl Drop for Count {
    fn drop(&mut self) {
        self.size.observe(self.bytes as f64);
    }
}

impl<B> MeasuredBody<B> {
    pub(super) fn new(inner: B, size: HistogramSeries, in_flight: Option<Answering>) -> Self {
        Self { inner, count: Count { size, bytes: 0, _in_flight: in_flight } }
    }
}

impl<B: Body> Body for MeasuredBody<B> {
    type Data = B::Data;
    type Error = B::Error;

    fn poll_frame(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<B::Data>, B::Error>>> {
        let this = self.project();
        let frame = ready!(this.inner.poll_frame(context));
        if let Some(Ok(frame)) = &frame
            && let Some(data) = frame.data_ref()
        {
            this.count.bytes += data.remaining() as u64;
        }
        Poll::Ready(frame)
    }

    fn is_end_stream(&self) -> bool {
        self.inner.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.inner.size_hint()
    }
}
