//! `notifications/live`: the same as `notifications`, as a stream of server-sent events: first what holds now, then every
//! change; `active` says whether it began or ended.

use std::collections::BTreeMap;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::Body;
use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use bytes::Bytes;
use http::header::{CACHE_CONTROL, CONTENT_TYPE};
use http::{HeaderValue, StatusCode};
use http_body::{Body as HttpBody, Frame};
use tokio::sync::{OwnedSemaphorePermit, mpsc};

use super::notifications::write_notification;
use crate::context::{Shared, State as ApiState};
use crate::json::Writer;

/// How many events wait for a slow reader; then it is let go.
const QUEUE: usize = 16;
/// A sign of life for proxies on the way, and the way to learn that the reader is gone.
const HEARTBEAT: Duration = Duration::from_secs(30);

/// The endpoint. With too many subscribers (`--web.max-notifications-subscribers`) it answers 204.
pub(crate) async fn live(State(state): Shared) -> Response {
    let Ok(place) = Arc::clone(&state.subscribers).try_acquire_owned() else {
        return StatusCode::NO_CONTENT.into_response();
    };
    let (events, waiting) = mpsc::channel(QUEUE);
    tokio::spawn(follow(state, events, place));
    let mut response = Response::new(Body::new(Events(waiting)));
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("text/event-stream"));
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    response
}

async fn follow(state: Arc<ApiState>, events: mpsc::Sender<Bytes>, _place: OwnedSemaphorePermit) {
    let (mut changes, mut stopping) = (state.server.changes(), state.server.stopping());
    let _open = state.http.subscribers.track();
    let mut known = BTreeMap::new();
    loop {
        changes.borrow_and_update();
        let now: BTreeMap<_, _> = state.server.notifications().into_iter().collect();
        let ended = known.iter().filter(|(text, _)| !now.contains_key(*text)).map(|item| (item, false));
        let begun = now.iter().filter(|(text, _)| !known.contains_key(*text)).map(|item| (item, true));
        for ((text, since), active) in ended.chain(begun) {
            if events.try_send(event(text, since, active)).is_err() {
                state.http.updates_dropped.inc();
                return;
            }
            state.http.updates_sent.inc();
        }
        known = now;
        tokio::select! {
            changed = changes.changed() => if changed.is_err() { return },
            _ = stopping.wait_for(|stopping| *stopping) => return,
            () = events.closed() => return,
            () = tokio::time::sleep(HEARTBEAT) => {
                if events.try_send(Bytes::from_static(b":\n\n")).is_err() {
                    return;
                }
            }
        }
    }
}

fn event(text: &str, since: &str, active: bool) -> Bytes {
    let mut out = Writer::new();
    write_notification(&mut out, text, since, active);
    [b"data: ", out.as_bytes(), b"\n\n"].concat().into()
}

/// The events as a body.
struct Events(mpsc::Receiver<Bytes>);

impl HttpBody for Events {
    type Data = Bytes;
    type Error = std::convert::Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        self.0.poll_recv(cx).map(|event| event.map(|bytes| Ok(Frame::data(bytes))))
    }
}
