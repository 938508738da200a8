//! Receiving remote write: [`Receiver::receive`] takes a body and appends what is in it, in one transaction.
//!
//! * `message`: which form a request has, by its headers. `body`: decompression within limits.
//! * `v1`, `v2`: the two forms, each with its rule for requests that are partly bad; `histogram`: the message they share.
//! * `request`: decoded requests as flat lists. `append`: one series' values, and whose fault a refusal is.
//!
//! Invariants: a body is decoded whole before anything is appended; with an answer of the 500s nothing of a request is
//! stored, so that it can be sent again; with an answer of the 400s sending it again does not help.

mod append;
mod body;
mod histogram;
mod message;
mod reasons;
mod request;
mod shown;
mod v1;
mod v2;

use narthex_storage::{Appender, Storage};

pub use append::Written;
pub use body::{BODY_BYTES_MAX, DECODED_BYTES_MAX};
pub use message::{Accepted, Message, check_encoding};

use append::{Outcome, Refused, Writer};

use crate::wire::WireError;

/// Settings of a receiver.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// The messages that are taken.
    pub accepted: Accepted,
    /// Whether metadata of series goes to the storage.
    pub keep_metadata: bool,
    /// Whether type and unit become labels.
    pub type_and_unit_labels: bool,
    /// Whether a zero is put where a counter started.
    pub start_timestamp_zeros: bool,
}

/// The receiving side of remote write.
#[derive(Debug, Default)]
pub struct Receiver {
    options: Options,
    buffers: body::Buffers,
}

/// The answer to a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reply {
    /// The HTTP status: 204, 400, 500 or 503.
    pub status: u16,
    /// What is wrong; empty when nothing is.
    pub text: String,
    /// What was stored, which 2.0 wants in headers; `None` in 1.0.
    pub written: Option<Written>,
    /// Samples (in 1.0: series) that were left out because of their labels.
    pub invalid_labels: u64,
    /// Samples stored without metadata.
    pub without_metadata: u64,
}

impl Receiver {
    /// A receiver with these settings.
    pub fn new(options: Options) -> Self {
        Self { options, buffers: body::Buffers::default() }
    }

    /// Which message the headers of a request announce; else why the request is not taken (415).
    pub fn message(&self, content_type: &str, encoding: &str) -> Result<Message, String> {
        let message = Message::from_content_type(content_type)?;
        self.options.accepted.check(message)?;
        check_encoding(encoding)?;
        Ok(message)
    }

    /// Appends what is in `body`, a compressed message, and commits it. `now` is the wall clock in milliseconds.
    pub fn receive(&self, storage: &dyn Storage, message: Message, body: &[u8], now: i64) -> Reply {
        let writer = Writer::new(&self.options, now);
        let zero = || (message == Message::V2).then(Written::default);
        let done = self.buffers.decoded(body, |body| match message {
            Message::V1 => transact(
                v1::Request::decode(body),
                storage,
                |request, appender| request.append(appender, &writer),
                zero(),
            ),
            Message::V2 => transact(
                v2::Request::decode(body),
                storage,
                |request, appender| request.append(appender, &writer),
                zero(),
            ),
        });
        // A body that cannot be unpacked is refused before anybody knows what is in it: without counts.
        done.unwrap_or_else(|error| Reply::refused(400, error, None))
    }
}

/// Appends a decoded request in one transaction.
fn transact<R>(
    decoded: Result<R, WireError>,
    storage: &dyn Storage,
    append: impl FnOnce(&R, &mut dyn Appender) -> Result<Outcome, Refused>,
    nothing: Option<Written>,
) -> Reply {
    let request = match decoded {
        Ok(request) => request,
        Err(error) => return Reply::refused(400, error.to_string(), nothing),
    };
    let mut appender = storage.appender();
    let outcome = match append(&request, &mut *appender) {
        Ok(outcome) => outcome,
        Err(refused) => {
            appender.rollback();
            let (status, text) = match refused {
                Refused::Bad(text) => (400, text),
                Refused::Failed(text, true) => (503, text),
                Refused::Failed(text, false) => (500, text),
            };
            return Reply::refused(status, text, nothing);
        }
    };
    if let Err(error) = appender.commit() {
        return Reply::refused(500, error.to_string(), nothing);
    }
    let refused = outcome.reasons.into_text();
    Reply {
        status: if refused.is_some() { 400 } else { 204 },
        text: refused.unwrap_or_default(),
        written: nothing.map(|_| outcome.written),
        invalid_labels: outcome.invalid_labels,
        without_metadata: outcome.without_metadata,
    }
}

impl Reply {
    fn refused(status: u16, text: String, written: Option<Written>) -> Self {
        Self { status, text, written, invalid_labels: 0, without_metadata: 0 }
    }
}
