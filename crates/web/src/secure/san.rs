//! The alternative names of a certificate, as `client_allowed_sans` compares them: DNS names, e-mail addresses, IP
//! addresses and URIs as text.
//!
//! A certificate is nested type-length-value (DER). The way to the names:
//! `Certificate.tbsCertificate.extensions[3][2.5.29.17]`. Only certificates that rustls has parsed come here; anything
//! that does not look as expected has no names.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

const SEQUENCE: u8 = 0x30;
const OCTET_STRING: u8 = 0x04;
const OBJECT_IDENTIFIER: u8 = 0x06;
/// `tbsCertificate`'s member 3, the extensions.
const EXTENSIONS: u8 = 0xa3;
/// 2.5.29.17
const SUBJECT_ALT_NAME: [u8; 3] = [0x55, 0x1d, 0x11];

/// A certificate's alternative names.
pub(super) fn names(certificate: &[u8]) -> Vec<String> {
    find_names(certificate).unwrap_or_default()
}

fn find_names(certificate: &[u8]) -> Option<Vec<String>> {
    let mut outer = Reader(certificate).expect(SEQUENCE)?;
    let mut signed = outer.expect(SEQUENCE)?;
    let mut extensions = loop {
        let (tag, content) = signed.next()?;
        if tag == EXTENSIONS {
            break Reader(content).expect(SEQUENCE)?;
        }
    };
    loop {
        let mut extension = extensions.expect(SEQUENCE)?;
        let identifier = extension.expect(OBJECT_IDENTIFIER)?.0;
        if identifier != SUBJECT_ALT_NAME {
            continue;
        }
        // Between identifier and value there may be the flag `critical`.
        let value = loop {
            let (tag, content) = extension.next()?;
            if tag == OCTET_STRING {
                break content;
            }
        };
        let mut entries = Reader(value).expect(SEQUENCE)?;
        let mut found = Vec::new();
        while let Some((tag, content)) = entries.next() {
            found.extend(name(tag, content));
        }
        return Some(found);
    }
}

/// One name: 1 e-mail address, 2 DNS name, 6 URI, 7 IP address.
fn name(tag: u8, content: &[u8]) -> Option<String> {
    match tag & 0x1f {
        1 | 2 | 6 => String::from_utf8(content.to_vec()).ok(),
        7 => {
            let v4 = <[u8; 4]>::try_from(content).map(|bytes| IpAddr::V4(Ipv4Addr::from(bytes)));
            let address =
                v4.or_else(|_| <[u8; 16]>::try_from(content).map(|b| IpAddr::V6(Ipv6Addr::from(b))));
            address.ok().map(|address| address.to_canonical().to_string())
        }
        _ => None,
    }
}

/// What is left of a list of values.
struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    /// The next value: its tag and content.
    fn next(&mut self) -> Option<(u8, &'a [u8])> {
        let (&[tag, first], rest) = self.0.split_first_chunk::<2>()?;
        let (length, rest) = if first < 0x80 {
            (usize::from(first), rest)
        } else {
            let (digits, rest) = rest.split_at_checked(usize::from(first & 0x7f))?;
            if digits.len() > 4 {
                return None;
            }
            (digits.iter().fold(0, |sum, byte| sum << 8 | usize::from(*byte)), rest)
        };
        let (content, rest) = rest.split_at_checked(length)?;
        self.0 = rest;
        Some((tag, content))
    }

    /// The content of the next value, which must have this tag.
    fn expect(&mut self, tag: u8) -> Option<Self> {
        let (found, content) = self.next()?;
        (found == tag).then_some(Self(content))
    }
}

#[cfg(test)]
mod tests {
    use rcgen::{CertificateParams, KeyPair, SanType};

    use super::*;

    #[test]
    fn all_kinds_of_names() {
        let mut params = CertificateParams::new(vec!["client.example".to_owned()]).unwrap();
        params.subject_alt_names.push(SanType::Rfc822Name("ann@example.org".try_into().unwrap()));
        params.subject_alt_names.push(SanType::URI("spiffe://a/b".try_into().unwrap()));
        params.subject_alt_names.push(SanType::IpAddress("10.0.0.1".parse().unwrap()));
        params.subject_alt_names.push(SanType::IpAddress("2001:db8::1".parse().unwrap()));
        let certificate = params.self_signed(&KeyPair::generate().unwrap()).unwrap();
        let expected = ["client.example", "ann@example.org", "spiffe://a/b", "10.0.0.1", "2001:db8::1"];
        assert_eq!(names(certificate.der()), expected);
        let bare = CertificateParams::default().self_signed(&KeyPair::generate().unwrap()).unwrap();
        assert!(names(bare.der()).is_empty());
        for cut in 0..certificate.der().len() {
            // Nothing to find, and nothing to trip over.
            assert!(names(&certificate.der()[..cut]).is_empty());
        }
    }
}
