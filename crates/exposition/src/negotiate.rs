//! Both sides of content negotiation: what a scraper asks for, and what a server answers with.

use std::fmt::Write as _;

use crate::protocol::{
    MediaType, OPENMETRICS_TYPE, PROTO_MESSAGE, PROTO_TYPE, TEXT_TYPE, split_outside_quotes,
};
use crate::{EscapingScheme, Protocol};

/// The `Accept` header of a scrape that wants `protocols` in this order, with names escaped by `scheme`.
///
/// Weights are Prometheus': the first gets q=0.6, each further one 0.1 less, `*/*` comes last.
///
/// ```
/// use narthex_exposition::{EscapingScheme, Protocol, accept_header};
/// assert_eq!(
///     accept_header(&[Protocol::Text100, Protocol::Text004], EscapingScheme::AllowUtf8),
///     "text/plain;version=1.0.0;escaping=allow-utf-8;q=0.6,text/plain;version=0.0.4;q=0.5,*/*;q=0.4"
/// );
/// ```
pub fn accept_header(protocols: &[Protocol], scheme: EscapingScheme) -> String {
    let mut header = String::with_capacity(320);
    let mut tenths = Protocol::ALL.len() + 1;
    for protocol in protocols.iter().take(Protocol::ALL.len()) {
        header.push_str(protocol.media_range());
        if protocol.takes_escaping() {
            header.push_str(";escaping=");
            header.push_str(scheme.as_str());
        }
        push_weight(&mut header, tenths);
        header.push(',');
        tenths -= 1;
    }
    header.push_str("*/*");
    push_weight(&mut header, tenths);
    header
}

fn push_weight(header: &mut String, tenths: usize) {
    // Writing to a String cannot fail.
    let _ = write!(header, ";q=0.{tenths}");
}

/// One part of an `Accept` header.
struct Clause {
    media: MediaType,
    /// Weight in thousandths.
    weight: u16,
}

/// What a server answers a scrape with: the protocol that `accept` weighs highest (the earlier on a tie) and the
/// escaping scheme asked for with it.
///
/// Classic text 0.0.4 when nothing fits or the header is empty; underscores when no scheme is named, because a scraper
/// that does not name one may only know classic names. A weight of 0 excludes, and the most specific part counts for
/// each protocol (RFC 9110).
///
/// ```
/// use narthex_exposition::{EscapingScheme, Protocol, negotiate};
/// assert_eq!(
///     negotiate("text/plain;version=0.0.4;q=0.2,application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.5"),
///     (Protocol::OpenMetrics100, EscapingScheme::AllowUtf8)
/// );
/// ```
pub fn negotiate(accept: &str) -> (Protocol, EscapingScheme) {
    let clauses: Vec<Clause> = split_outside_quotes(accept, ',').filter_map(clause).collect();
    let best = Protocol::ALL
        .into_iter()
        .filter_map(|protocol| best_clause(&clauses, protocol).map(|index| (protocol, index)))
        .filter_map(|(protocol, index)| clauses.get(index).map(|clause| (protocol, index, clause)))
        .filter(|(_, _, clause)| clause.weight > 0)
        .min_by_key(|(_, index, clause)| (u16::MAX - clause.weight, *index));
    match best {
        None => (Protocol::Text004, EscapingScheme::Underscores),
        Some((protocol, _, clause)) => {
            let scheme = clause.media.param("escaping").and_then(|name| name.parse().ok());
            (protocol, scheme.unwrap_or(EscapingScheme::Underscores))
        }
    }
}

/// One part of the header; `None` (the part is ignored) when it is malformed.
fn clause(text: &str) -> Option<Clause> {
    let media = MediaType::parse(text)?;
    let weight = match media.param("q") {
        None => 1000,
        Some(q) => {
            let q: f32 = q.parse().ok().filter(|q| (0.0..=1.0).contains(q))?;
            (q * 1000.0).round() as u16
        }
    };
    Some(Clause { media, weight })
}

/// The index of the most specific clause that covers `protocol`; the first of equals.
fn best_clause(clauses: &[Clause], protocol: Protocol) -> Option<usize> {
    let ranked = clauses.iter().enumerate().filter_map(|(index, clause)| {
        let rank = specificity(&clause.media, protocol)?;
        Some((rank, index))
    });
    ranked.max_by_key(|(rank, index)| (*rank, usize::MAX - index)).map(|(_, index)| index)
}

/// How exactly `media` names `protocol`, `None` if it does not cover it.
fn specificity(media: &MediaType, protocol: Protocol) -> Option<u8> {
    let version = media.param("version");
    match (media.essence.as_str(), protocol) {
        (PROTO_TYPE, Protocol::PrometheusProto) => {
            let delimited = media.param("encoding").is_none_or(|encoding| encoding == "delimited");
            (delimited && media.param("proto") == Some(PROTO_MESSAGE)).then_some(3)
        }
        (OPENMETRICS_TYPE, Protocol::OpenMetrics100) => rank_version(version, "1.0.0", true),
        (OPENMETRICS_TYPE, Protocol::OpenMetrics001) => rank_version(version, "0.0.1", false),
        (TEXT_TYPE, Protocol::Text100) => rank_version(version, "1.0.0", false),
        (TEXT_TYPE, Protocol::Text004) => rank_version(version, "0.0.4", true),
        // A wildcard gets the most compatible member of what it covers.
        ("application/*", Protocol::OpenMetrics100) | ("text/*", Protocol::Text004) => Some(1),
        ("*/*", Protocol::Text004) => Some(0),
        _ => None,
    }
}

fn rank_version(asked: Option<&str>, own: &str, default: bool) -> Option<u8> {
    match asked {
        Some(version) => (version == own).then_some(3),
        None => default.then_some(2),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    use EscapingScheme::{AllowUtf8, Dots, Underscores, Values};
    use Protocol::{OpenMetrics001, OpenMetrics100, PrometheusProto, Text004, Text100};

    #[test]
    fn accept_is_what_prometheus_3_sends() {
        assert_eq!(
            accept_header(&Protocol::ALL, AllowUtf8),
            "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited;q=0.6,\
             application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.5,\
             application/openmetrics-text;version=0.0.1;q=0.4,\
             text/plain;version=1.0.0;escaping=allow-utf-8;q=0.3,text/plain;version=0.0.4;q=0.2,*/*;q=0.1"
        );
    }

    #[test]
    fn every_request_of_ours_is_answered_with_its_first_protocol() {
        for first in Protocol::ALL {
            for scheme in EscapingScheme::ALL {
                let expected = if first.takes_escaping() { scheme } else { Underscores };
                assert_eq!(negotiate(&accept_header(&[first, Text004], scheme)), (first, expected));
            }
        }
    }

    #[test]
    fn weights_specificity_and_fallbacks() {
        let cases = [
            ("", Text004, Underscores),
            ("*/*", Text004, Underscores),
            ("text/html", Text004, Underscores),
            ("text/html,application/xhtml+xml,*/*;q=0.8", Text004, Underscores),
            ("application/openmetrics-text", OpenMetrics100, Underscores),
            ("application/openmetrics-text; version=0.0.1, */*", OpenMetrics001, Underscores),
            ("application/openmetrics-text;version=2.0.0,text/plain;q=0.1", Text004, Underscores),
            ("text/plain;version=1.0.0;escaping=dots", Text100, Dots),
            ("text/plain;escaping=values", Text004, Values),
            ("text/plain;version=0.0.4;q=0.5,application/openmetrics-text;q=0", Text004, Underscores),
            ("application/openmetrics-text;q=0.3,text/plain;q=0.3", OpenMetrics100, Underscores),
            ("text/plain;q=0.3,application/openmetrics-text;q=0.3", Text004, Underscores),
            ("text/plain;q=0,application/*;q=0.1,*/*", OpenMetrics100, Underscores),
            (
                "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited",
                PrometheusProto,
                Underscores,
            ),
            (
                "application/vnd.google.protobuf;proto=other;encoding=delimited,text/plain;q=0.1",
                Text004,
                Underscores,
            ),
            (
                "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=text",
                Text004,
                Underscores,
            ),
            ("application/openmetrics-text;q=nonsense", Text004, Underscores),
            ("application/openmetrics-text;escaping=nonsense", OpenMetrics100, Underscores),
        ];
        for (accept, protocol, scheme) in cases {
            assert_eq!(negotiate(accept), (protocol, scheme), "{accept}");
        }
    }
}
