//! Where a redirect leads; called by `client`.

use http::header::LOCATION;
use http::{Method, StatusCode};
use url::Url;

use crate::{ClientError, Head, Request};

/// How many redirects in a row are followed.
pub(crate) const REDIRECTS_MAX: usize = 10;

/// The request that follows `request` when it was answered by `head`; `None` when that was no redirect.
pub(crate) fn next(request: &Request, head: &Head) -> Result<Option<Request>, ClientError> {
    let keeps_method = match head.status {
        StatusCode::MOVED_PERMANENTLY | StatusCode::FOUND | StatusCode::SEE_OTHER => false,
        StatusCode::TEMPORARY_REDIRECT | StatusCode::PERMANENT_REDIRECT => true,
        _ => return Ok(None),
    };
    let Some(location) = head.headers.get(LOCATION) else { return Ok(None) };
    let location = String::from_utf8_lossy(location.as_bytes()).into_owned();
    let url: Url = match request.url.join(&location) {
        Ok(url) => url,
        Err(_) => return Err(ClientError::BadRedirect(location)),
    };
    let mut next = request.clone();
    next.url = url;
    if !keeps_method && next.method != Method::HEAD {
        next.method = Method::GET;
        next.body.clear();
    }
    Ok(Some(next))
}
