//! Forms as `multipart/form-data` (`curl -F`): names and values; files are left out.

/// The pairs of a form whose parts are separated by `boundary`.
pub(super) fn pairs(body: &[u8], boundary: &str) -> Vec<(String, String)> {
    let text = String::from_utf8_lossy(body);
    // A part stands between two separators, each on a line of its own.
    text.split(&format!("--{boundary}")).skip(1).filter_map(part).collect()
}

/// The boundary that a `Content-Type` names.
pub(super) fn boundary(content_type: &str) -> Option<&str> {
    let (kind, parameters) = content_type.split_once(';')?;
    if !kind.trim().eq_ignore_ascii_case("multipart/form-data") {
        return None;
    }
    let mut parameters = parameters.split(';').filter_map(|parameter| parameter.split_once('='));
    let (_, value) = parameters.find(|(name, _)| name.trim().eq_ignore_ascii_case("boundary"))?;
    Some(value.trim().trim_matches('"')).filter(|boundary| !boundary.is_empty())
}

fn part(text: &str) -> Option<(String, String)> {
    let (head, value) = text.split_once("\r\n\r\n")?;
    let disposition =
        head.lines().find(|line| line.to_ascii_lowercase().starts_with("content-disposition:"))?;
    if disposition.contains("filename=") {
        return None;
    }
    let (_, name) = disposition.split_once(" name=\"")?;
    let (name, _) = name.split_once('"')?;
    Some((name.to_owned(), value.strip_suffix("\r\n").unwrap_or(value).to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_curl_sends() {
        let boundary = boundary("multipart/form-data; boundary=----x1").unwrap();
        let body = "------x1\r\nContent-Disposition: form-data; name=\"query\"\r\n\r\nup{a=\"b\"}\r\n------x1\r\nContent-Disposition: form-data; name=\"f\"; filename=\"a\"\r\n\r\nno\r\n------x1\r\nContent-Disposition: form-data; name=\"time\"\r\n\r\n5\r\n------x1--\r\n";
        let expected = [("query", "up{a=\"b\"}"), ("time", "5")].map(|(n, v)| (n.to_owned(), v.to_owned()));
        assert_eq!(pairs(body.as_bytes(), boundary), expected);
        for broken in
            ["", "------x1", "------x1\r\n\r\n", "------x1\r\nContent-Disposition: form-data\r\n\r\nx"]
        {
            assert!(pairs(broken.as_bytes(), boundary).is_empty());
        }
    }

    #[test]
    fn finds_the_boundary() {
        for (kind, expected) in [
            ("multipart/form-data; boundary=\"a b\"", Some("a b")),
            ("Multipart/Form-Data; charset=utf-8; Boundary=x", Some("x")),
            ("multipart/form-data", None),
            ("multipart/form-data; boundary=", None),
            ("application/json; boundary=x", None),
        ] {
            assert_eq!(boundary(kind), expected, "{kind}");
        }
    }
}
