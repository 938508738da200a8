//! [`Ui`]: one entry page of the user interface and the files around it, mounted anywhere.
//!
//! Invariants: the page finds its files and the API relative to its own address, so that it works below whatever path a
//! proxy shows it at; a path that names an embedded file gets the file; a path that looks like a page gets the entry page (the
//! page's own router does the rest); a path with a file ending that is not embedded is a 404 and never a page.

use axum::body::Body;
use axum::response::Response;
use http::header::{
    ACCEPT_ENCODING, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_TYPE, ETAG, IF_NONE_MATCH, VARY,
};
use http::{HeaderMap, HeaderValue, StatusCode};

use crate::assets::{Asset, find};
use crate::compress::accepts_gzip;
use crate::placeholder;

/// One front of the user interface.
#[derive(Debug, Clone)]
pub struct Ui {
    /// The entry page up to the value of its `<base href>`, and from there on; `None` when the user interface was not
    /// built.
    page: Option<(String, String)>,
}

impl Ui {
    /// The front with the entry page `entry` (`index.html` or `dash.html`).
    pub fn new(entry: &str) -> Self {
        let page = find(entry).and_then(|asset| {
            let html = String::from_utf8_lossy(asset.raw);
            let (before, after) = html.split_once("<base href=\"/\"")?;
            Some((format!("{before}<base href=\""), format!("\"{after}")))
        });
        Self { page }
    }

    /// The same with another title on its entry page.
    #[must_use]
    pub fn with_title(mut self, title: &str) -> Self {
        if let Some((_, page)) = &mut self.page
            && let (Some(start), Some(end)) = (page.find("<title>"), page.find("</title>"))
            && start < end
        {
            page.replace_range(start + "<title>".len()..end, &escape_attribute(title));
        }
        self
    }

    /// Whether the user interface is in this binary.
    pub fn is_built(&self) -> bool {
        self.page.is_some()
    }

    /// Answers a request for `path` (below the prefix, without a slash in front).
    pub fn respond(&self, path: &str, headers: &HeaderMap) -> Response {
        if let Some(asset) = find(path).filter(|asset| !asset.path.ends_with(".html")) {
            return file(asset, headers);
        }
        let name = path.rsplit('/').next().unwrap_or_default();
        if path.starts_with("assets/") || is_file_name(name) {
            return text(
                StatusCode::NOT_FOUND,
                "text/plain; charset=utf-8",
                "404 page not found\n".to_owned(),
            );
        }
        let page = match &self.page {
            Some((before, after)) => [before, base(path).as_str(), after].concat(),
            None => placeholder::HTML.to_owned(),
        };
        text(StatusCode::OK, "text/html; charset=utf-8", page)
    }
}

/// The way from the page at `path` back to where the front is mounted.
fn base(path: &str) -> String {
    match path.matches('/').count() {
        0 => "./".to_owned(),
        depth => "../".repeat(depth),
    }
}

/// Whether the last element of a path is a file of a site rather than the name of a page.
fn is_file_name(name: &str) -> bool {
    const ENDINGS: [&str; 9] = [".js", ".css", ".map", ".svg", ".png", ".ico", ".woff2", ".html", ".txt"];
    ENDINGS.iter().any(|ending| name.ends_with(ending))
}

fn escape_attribute(text: &str) -> String {
    text.replace('&', "&amp;").replace('"', "&quot;").replace('<', "&lt;")
}

fn text(status: StatusCode, kind: &'static str, body: String) -> Response {
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(kind));
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    response
}

fn file(asset: &'static Asset, headers: &HeaderMap) -> Response {
    let known = headers
        .get(IF_NONE_MATCH)
        .and_then(|value| value.to_str().ok())
        .is_some_and(|tags| tags.split(',').any(|tag| tag.trim().trim_start_matches("W/") == asset.etag));
    let packed = asset.gzip.filter(|_| accepts_gzip(headers));
    let body = if known { Body::empty() } else { Body::from(packed.unwrap_or(asset.raw)) };
    let mut response = Response::new(body);
    if known {
        *response.status_mut() = StatusCode::NOT_MODIFIED;
    }
    let out = response.headers_mut();
    let cache = if asset.immutable { "public, max-age=31536000, immutable" } else { "no-cache" };
    out.insert(CACHE_CONTROL, HeaderValue::from_static(cache));
    out.insert(ETAG, HeaderValue::from_static(asset.etag));
    out.insert(CONTENT_TYPE, HeaderValue::from_static(asset.content_type));
    out.insert(VARY, HeaderValue::from_name(ACCEPT_ENCODING));
    if packed.is_some() && !known {
        out.insert(CONTENT_ENCODING, HeaderValue::from_static("gzip"));
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn pages_files_and_what_is_neither() {
        let ui = Ui::new("index.html");
        for path in ["", "query", "targets", "status/flags", "d/heart-disease/x"] {
            assert_eq!(ui.respond(path, &HeaderMap::new()).status(), StatusCode::OK, "{path}");
        }
        for path in ["assets/nothing.js", "x.js", "deep/y.css"] {
            assert_eq!(ui.respond(path, &HeaderMap::new()).status(), StatusCode::NOT_FOUND, "{path}");
        }
        let page = ("<base href=\"".to_owned(), "\"><title>A</title>".to_owned());
        let titled = Ui { page: Some(page) }.with_title("B & <C>");
        let body = async |path: &str| {
            let body = titled.respond(path, &HeaderMap::new()).into_body();
            let bytes = axum::body::to_bytes(body, 1 << 20).await.unwrap();
            String::from_utf8(bytes.to_vec()).unwrap()
        };
        assert_eq!(body("query").await, "<base href=\"./\"><title>B &amp; &lt;C></title>");
        assert!(body("").await.starts_with("<base href=\"./\">"));
        assert!(body("d/heart-disease/x").await.starts_with("<base href=\"../../\">"));
    }

    #[test]
    fn a_known_tag_is_not_sent_again() {
        static ASSET: Asset = Asset {
            path: "assets/a-123.js",
            content_type: "text/javascript; charset=utf-8",
            etag: "\"1\"",
            immutable: true,
            raw: b"let a",
            gzip: Some(b"packed"),
        };
        let mut headers = HeaderMap::new();
        headers.insert(ACCEPT_ENCODING, HeaderValue::from_static("gzip"));
        let first = file(&ASSET, &headers);
        assert_eq!(first.headers()[CONTENT_ENCODING], "gzip");
        assert!(first.headers()[CACHE_CONTROL].to_str().unwrap().contains("immutable"));
        headers.insert(IF_NONE_MATCH, HeaderValue::from_static("\"0\", W/\"1\""));
        assert_eq!(file(&ASSET, &headers).status(), StatusCode::NOT_MODIFIED);
    }
}
