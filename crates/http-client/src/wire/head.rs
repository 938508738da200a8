//! Reading the head of an answer; called by `connection`.

use http::header::{CONNECTION, CONTENT_LENGTH, HeaderMap, HeaderName, HeaderValue, TRANSFER_ENCODING};
use http::{StatusCode, Version};
use tokio::io::{AsyncRead, AsyncReadExt};

use super::WireError;
use crate::Head;

/// The longest head, with all its headers.
pub(crate) const BYTES_MAX: usize = 256 << 10;
/// Bytes asked for at once: a usual head and a small body.
const STEP: usize = 2 << 10;
/// How many headers an answer may have.
const HEADERS_MAX: usize = 128;

/// How a body ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ends {
    /// After so many bytes.
    After(u64),
    /// With an empty chunk.
    Chunked,
    /// With the connection.
    WithConnection,
}

/// The head of an answer, and what was read behind it.
#[derive(Debug)]
pub(crate) struct Received {
    pub(crate) head: Head,
    pub(crate) ends: Ends,
    /// Whether the connection can be used again once the body was read.
    pub(crate) keeps: bool,
    /// The first bytes of the body.
    pub(crate) rest: Vec<u8>,
}

/// Reads the head of the final answer; `bodiless` says that no body follows whatever it says.
pub(crate) async fn read(
    stream: &mut (impl AsyncRead + Unpin + ?Sized),
    bodiless: bool,
) -> Result<Received, WireError> {
    let mut bytes = Vec::with_capacity(STEP);
    loop {
        if bytes.capacity() - bytes.len() < STEP / 2 {
            bytes.reserve(STEP);
        }
        if stream.read_buf(&mut bytes).await? == 0 {
            return Err(WireError::ended("the head of its answer"));
        }
        while let Some((len, mut received)) = parse(&bytes, bodiless)? {
            bytes.drain(..len);
            let informational = received.head.status.is_informational();
            if !informational || received.head.status == StatusCode::SWITCHING_PROTOCOLS {
                received.rest = bytes;
                return Ok(received);
            }
        }
        if bytes.len() > BYTES_MAX {
            return Err(WireError::NotHttp(format!("its head is longer than {BYTES_MAX} bytes")));
        }
    }
}

/// The head at the start of `bytes` and its length; `None` when it is not whole yet.
fn parse(bytes: &[u8], bodiless: bool) -> Result<Option<(usize, Received)>, WireError> {
    let mut fields = [httparse::EMPTY_HEADER; HEADERS_MAX];
    let mut answer = httparse::Response::new(&mut fields);
    let bad = |reason: &dyn std::fmt::Display| WireError::NotHttp(reason.to_string());
    let len = match answer.parse(bytes).map_err(|error| bad(&error))? {
        httparse::Status::Complete(len) => len,
        httparse::Status::Partial => return Ok(None),
    };
    let status = answer.code.and_then(|code| StatusCode::from_u16(code).ok());
    let status = status.ok_or_else(|| bad(&"its status is no status"))?;
    let version = if answer.version == Some(0) { Version::HTTP_10 } else { Version::HTTP_11 };
    let mut headers = HeaderMap::with_capacity(answer.headers.len());
    for field in &*answer.headers {
        let name = HeaderName::from_bytes(field.name.as_bytes()).map_err(|error| bad(&error))?;
        let value = HeaderValue::from_bytes(field.value).map_err(|error| bad(&error))?;
        headers.append(name, value);
    }
    let empty = bodiless
        || status.is_informational()
        || matches!(status, StatusCode::NO_CONTENT | StatusCode::NOT_MODIFIED);
    let ends = if empty { Ends::After(0) } else { ends(&headers)? };
    let keeps = keeps(&headers, version)
        && ends != Ends::WithConnection
        && status != StatusCode::SWITCHING_PROTOCOLS
        && !(headers.contains_key(TRANSFER_ENCODING) && headers.contains_key(CONTENT_LENGTH));
    Ok(Some((len, Received { head: Head { status, headers }, ends, keeps, rest: Vec::new() })))
}

/// What the headers say of the body's end.
fn ends(headers: &HeaderMap) -> Result<Ends, WireError> {
    if headers.contains_key(TRANSFER_ENCODING) {
        let mut codings = tokens(headers, &TRANSFER_ENCODING);
        return match (codings.next(), codings.next()) {
            (Some(coding), None) if coding.eq_ignore_ascii_case("chunked") => Ok(Ends::Chunked),
            _ => Err(WireError::NotHttp("its transfer encoding is not just \"chunked\"".to_owned())),
        };
    }
    let mut lengths = tokens(headers, &CONTENT_LENGTH).map(|length| {
        let digits = !length.is_empty() && length.bytes().all(|byte| byte.is_ascii_digit());
        length.parse::<u64>().ok().filter(|_| digits)
    });
    let Some(first) = lengths.next() else { return Ok(Ends::WithConnection) };
    match first {
        Some(length) if lengths.all(|other| other == first) => Ok(Ends::After(length)),
        _ => Err(WireError::NotHttp("its content length is not one number".to_owned())),
    }
}

fn keeps(headers: &HeaderMap, version: Version) -> bool {
    let says = |what: &str| tokens(headers, &CONNECTION).any(|token| token.eq_ignore_ascii_case(what));
    !says("close") && (version == Version::HTTP_11 || says("keep-alive"))
}

/// The entries of a header that is a list; one that is not text is an empty entry.
fn tokens<'h>(headers: &'h HeaderMap, name: &HeaderName) -> impl Iterator<Item = &'h str> {
    let values = headers.get_all(name).into_iter();
    values.flat_map(|value| value.to_str().unwrap_or_default().split(',')).map(str::trim)
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn head(bytes: &[u8]) -> Result<Received, WireError> {
        read(&mut &*bytes, false).await
    }

    #[tokio::test]
    async fn where_bodies_end() {
        for (fields, ends, keeps) in [
            ("Content-Length: 5\r\n", Ends::After(5), true),
            ("Content-Length: 5\r\nContent-Length: 5\r\n", Ends::After(5), true),
            ("Content-Length: 5, 5\r\nConnection: Close\r\n", Ends::After(5), false),
            ("transfer-encoding: Chunked\r\n", Ends::Chunked, true),
            ("transfer-encoding: chunked\r\nContent-Length: 5\r\n", Ends::Chunked, false),
            ("", Ends::WithConnection, false),
        ] {
            let text = format!("HTTP/1.1 200 OK\r\n{fields}\r\nrest");
            let received = head(text.as_bytes()).await.unwrap();
            assert_eq!((received.ends, received.keeps), (ends, keeps), "{fields}");
            assert_eq!(received.rest, b"rest");
        }
    }

    #[tokio::test]
    async fn answers_that_can_be_read_in_two_ways_are_refused() {
        for text in [
            "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n",
            "HTTP/1.1 200 OK\r\nContent-Length: +5\r\n\r\n",
            "HTTP/1.1 200 OK\r\nContent-Length:\r\n\r\n",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n",
            "HTTP/1.1 20 OK\r\n\r\n",
            "ICY 200 OK\r\n\r\n",
        ] {
            let error = head(text.as_bytes()).await.unwrap_err();
            assert!(matches!(error, WireError::NotHttp(_)), "{text} {error}");
        }
        let endless = format!("HTTP/1.1 200 OK\r\nA: {}", "a".repeat(BYTES_MAX + STEP));
        assert!(matches!(head(endless.as_bytes()).await.unwrap_err(), WireError::NotHttp(_)));
        assert!(matches!(head(b"HTTP/1.1 200 O").await.unwrap_err(), WireError::Io(_)));
    }

    #[tokio::test]
    async fn interim_answers_are_passed_over_and_old_ones_end_with_the_connection() {
        let received =
            head(b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.0 404 No\r\nContent-Length: 1\r\n\r\nx").await;
        let received = received.unwrap();
        assert_eq!((received.head.status, received.keeps), (StatusCode::NOT_FOUND, false));
        let none = head(b"HTTP/1.1 204 No Content\r\n\r\n").await.unwrap();
        assert_eq!((none.ends, none.keeps), (Ends::After(0), true));
    }
}
