//! The format of `prometheus.yml` as tables: which fields a section has, of which kind, with which default, and the
//! checks that go beyond one field. `apply` walks a file along them; one section per file, one discovery mechanism per file.
//!
//! Invariant: the order of the fields in a table is the order in which Prometheus prints them.

mod alerting;
mod global;
mod http_client;
mod otlp;
mod relabel;
mod remote_read;
mod remote_write;
mod root;
mod scrape;
mod sd;
mod static_config;
mod storage;
mod tls;
mod tracing;
mod web;

use url::Url;

use super::error::Cx;
use super::node::Node;

pub(crate) use http_client::{HTTP_FILE, JWT_BEARER};
pub(crate) use relabel::{name_validation, rule};
pub(crate) use root::{ROOT, SCRAPE_FILE};
pub(crate) use scrape::{INHERITED_SWITCHES, inherit};
pub(crate) use sd::SD_FIELDS;
pub(crate) use web::WEB;

/// What a field can hold.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Kind {
    /// `true` or `false` (YAML 1.1's `yes`, `on`, … as well).
    Bool,
    /// A whole number, maybe negative.
    Int,
    /// A whole number from 0.
    Uint,
    /// A number.
    Float,
    /// `1h30m`.
    Duration,
    /// `512MB`, in powers of 1024.
    Size,
    /// Any string.
    Str,
    /// A path, relative to the file in which it stands.
    Path,
    /// A string that is never printed.
    Secret,
    /// An absolute URL.
    Url,
    /// An absolute URL, or an empty string, which counts as not set.
    OptionalUrl,
    /// An absolute URL with http or https.
    HttpUrl,
    /// A regular expression, matched anchored.
    Regex,
    /// One of these strings.
    Enum(&'static [&'static str]),
    /// One of these strings, or an empty one, which counts as not set.
    OptionalEnum(&'static [&'static str]),
    /// One of these strings, whatever the case of its letters.
    AnyCase(&'static [&'static str]),
    /// Whatever is written there: the type of a scalar is the one that YAML gives it.
    Any,
    /// A list of label names, printed on one line.
    Names,
    /// A list of one kind.
    List(&'static Kind),
    /// A mapping from any key to one kind.
    Map(&'static Kind),
    /// A mapping with the fields of a section.
    Section(&'static Section),
    /// A list of sections.
    Sections(&'static Section),
    /// A mapping from any key to a section.
    Named(&'static Section),
}

/// One field of a section.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Field {
    /// The key in the file.
    pub(crate) name: &'static str,
    /// What it holds.
    pub(crate) kind: Kind,
    /// The default as it would be written; such a field is always there, others only when set.
    pub(crate) default: Option<&'static str>,
}

/// A mapping with known fields.
#[derive(Debug)]
pub(crate) struct Section {
    /// What people call it: `scrape config`.
    pub(crate) name: &'static str,
    /// Its fields, in printing order; several tables stand for sections that Prometheus inlines.
    pub(crate) fields: &'static [&'static [Field]],
    /// Looks at the section as a whole, may complete it.
    pub(crate) check: fn(&mut Node, &mut Cx),
    /// Whether it is there with its defaults when the file does not have it.
    pub(crate) implied: bool,
}

impl Section {
    /// All fields, in order.
    pub(crate) fn all_fields(&self) -> impl Iterator<Item = &'static Field> {
        self.fields.iter().flat_map(|table| table.iter())
    }
}

/// A field without a default.
pub(crate) const fn opt(name: &'static str, kind: Kind) -> Field {
    Field { name, kind, default: None }
}

/// A field with a default.
pub(crate) const fn def(name: &'static str, kind: Kind, default: &'static str) -> Field {
    Field { name, kind, default: Some(default) }
}

/// A section without anything to check as a whole.
pub(crate) const fn section(name: &'static str, fields: &'static [&'static [Field]]) -> Section {
    Section { name, fields, check: no_check, implied: false }
}

/// A section with a check.
pub(crate) const fn checked(
    name: &'static str,
    fields: &'static [&'static [Field]],
    check: fn(&mut Node, &mut Cx),
) -> Section {
    Section { name, fields, check, implied: false }
}

fn no_check(_: &mut Node, _: &mut Cx) {}

/// Notes a problem unless the field is set.
pub(crate) fn require(node: &Node, field: &str, why: &str, cx: &mut Cx) {
    if !node.has(field) {
        let pos = node.get(field).map_or(node.pos, |found| found.pos);
        cx.problem_in(field, pos, format!("must be set: {why}"));
    }
}

/// Notes a problem when more than one of the fields is set.
pub(crate) fn at_most_one(node: &Node, fields: &[&str], cx: &mut Cx) {
    let mut set = fields.iter().filter(|field| node.has(field));
    if let (Some(first), Some(second)) = (set.next(), set.next()) {
        let pos = node.get(second).map_or(node.pos, |found| found.pos);
        let message =
            format!("cannot be set together with {first}: at most one of {} is allowed", fields.join(", "));
        cx.problem_in(second, pos, message);
    }
}

/// Notes a problem when a set field is no URL of a server. A scheme is part of one: `localhost:80` is none.
pub(crate) fn check_url(node: &Node, field: &str, example: &str, cx: &mut Cx) {
    if let Some(value) = node.get(field).filter(|value| !value.is_empty()) {
        check_url_of(value, field, example, cx);
    }
}

/// The same for a value by itself.
pub(crate) fn check_url_of(value: &Node, field: &str, example: &str, cx: &mut Cx) {
    let text = value.as_str();
    let usable = |url: Url| !url.cannot_be_a_base();
    if !Url::parse(text).is_ok_and(usable) {
        let message = format!("\"{text}\" is not a URL: expected for example {example}");
        cx.problem_in(field, value.pos, message);
    }
}

/// Position of a field for a message about it.
pub(crate) fn pos_of(node: &Node, field: &str) -> super::node::Pos {
    node.get(field).map_or(node.pos, |found| found.pos)
}
