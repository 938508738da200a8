//! Compressed pages: which coding a request accepts, and the coding itself. Called by the server and by `http`.

/// A content coding. Which there are depends on the features `gzip` and `zstd`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Coding {
    /// As it is.
    Identity,
    /// The fastest level of deflate: it gets most of what there is to get, and a page is compressed at every scrape.
    #[cfg(feature = "gzip")]
    Gzip,
    /// Level 1 of zstd.
    #[cfg(feature = "zstd")]
    Zstd,
}

impl Coding {
    /// What we can do, what we prefer first.
    const ALL: &[Self] = &[
        #[cfg(feature = "zstd")]
        Self::Zstd,
        #[cfg(feature = "gzip")]
        Self::Gzip,
    ];

    /// The name for `Content-Encoding`.
    pub(crate) fn name(self) -> Option<&'static str> {
        match self {
            Self::Identity => None,
            #[cfg(feature = "gzip")]
            Self::Gzip => Some("gzip"),
            #[cfg(feature = "zstd")]
            Self::Zstd => Some("zstd"),
        }
    }

    /// The coded body and how it is coded.
    pub(crate) fn apply(self, body: Vec<u8>) -> (Vec<u8>, Self) {
        match self.encode(&body) {
            Some(coded) => (coded, self),
            None => (body, Self::Identity),
        }
    }

    #[cfg_attr(not(any(feature = "gzip", feature = "zstd")), expect(unused_variables, reason = "no coding"))]
    fn encode(self, body: &[u8]) -> Option<Vec<u8>> {
        match self {
            Self::Identity => None,
            #[cfg(feature = "gzip")]
            Self::Gzip => {
                use std::io::Write as _;
                let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
                encoder.write_all(body).ok()?;
                encoder.finish().ok()
            }
            #[cfg(feature = "zstd")]
            Self::Zstd => zstd::bulk::compress(body, 1).ok(),
        }
    }
}

/// The coding that `Accept-Encoding` weighs highest, of those that we can do. An empty header asks for none.
pub(crate) fn negotiate(accept: &str) -> Coding {
    let mut best = (Coding::Identity, 0);
    for &coding in Coding::ALL {
        let weight = coding.name().map_or(0, |name| weight(accept, name));
        if weight > best.1 {
            best = (coding, weight);
        }
    }
    // Prefer what is asked for by name: `identity;q=1, gzip;q=0.5` wants no coding.
    if best.1 < named(accept, "identity").unwrap_or(0) { Coding::Identity } else { best.0 }
}

/// The weight of a coding in thousandths: its own, else that of `*`, else 0.
fn weight(accept: &str, name: &str) -> u16 {
    named(accept, name).or_else(|| named(accept, "*")).unwrap_or(0)
}

/// The weight that a coding was given by name.
fn named(accept: &str, name: &str) -> Option<u16> {
    let mut parts = accept.split(',').map(|part| part.split(';').map(str::trim));
    parts.find_map(|mut part| {
        let is_it = part.next()?.eq_ignore_ascii_case(name);
        let q = part.find_map(|option| option.strip_prefix("q=").or_else(|| option.strip_prefix("Q=")));
        let weight = q.map_or(Some(1.0), |q| q.parse::<f32>().ok().filter(|q| (0.0..=1.0).contains(q)));
        is_it.then(|| (weight.unwrap_or(0.0) * 1000.0).round() as u16)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_coded_for_those_who_do_not_ask() {
        for accept in
            ["", "br", "gzip;q=0", "*;q=0", "zstd;q=0.0, gzip;q=0", "identity", "gzip;q=x, zstd;q=2"]
        {
            assert_eq!(negotiate(accept), Coding::Identity, "{accept}");
        }
    }

    #[cfg(feature = "gzip")]
    #[test]
    fn weights_choose_the_coding() {
        for accept in
            ["gzip", "br, GZIP", "gzip;q=0.5", "identity;q=0.1, gzip;q=0.2, zstd;q=0", "*, zstd;q=0"]
        {
            assert_eq!(negotiate(accept).name(), Some("gzip"), "{accept}");
        }
        assert_eq!(negotiate("identity;q=1, gzip;q=0.5"), Coding::Identity);
        let (coded, coding) = Coding::Gzip.apply(b"a page".to_vec());
        assert_eq!(coding, Coding::Gzip);
        let mut page = String::new();
        std::io::Read::read_to_string(&mut flate2::read::GzDecoder::new(&*coded), &mut page).unwrap();
        assert_eq!(page, "a page");
    }

    #[cfg(feature = "zstd")]
    #[test]
    fn zstd_where_it_weighs_as_much() {
        assert_eq!(negotiate("gzip, zstd").name(), Some("zstd"));
        assert_ne!(
            negotiate("gzip, zstd;q=0.5"),
            if cfg!(feature = "gzip") { Coding::Zstd } else { Coding::Identity }
        );
        let (coded, _) = Coding::Zstd.apply(b"a page".to_vec());
        assert_eq!(zstd::bulk::decompress(&coded, 100).unwrap(), b"a page");
    }
}
