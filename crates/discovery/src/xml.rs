//! Reading XML answers: what the mechanisms that get them share.

use roxmltree::{Document, Node, ParsingOptions};
use url::Url;

use crate::DiscoveryError;
use crate::rest::shown;

/// The body as text.
pub(crate) fn utf8<'b>(url: &Url, body: &'b [u8]) -> Result<&'b str, DiscoveryError> {
    std::str::from_utf8(body)
        .map_err(|error| DiscoveryError::Parse { place: shown(url), reason: error.to_string() })
}

/// The body as a tree. Document type declarations (and with them entity bombs) are refused.
pub(crate) fn parse<'b>(url: &Url, body: &'b str) -> Result<Document<'b>, DiscoveryError> {
    let options = ParsingOptions { allow_dtd: false, ..ParsingOptions::default() };
    Document::parse_with_options(body, options)
        .map_err(|error| DiscoveryError::Parse { place: shown(url), reason: error.to_string() })
}

/// The child elements with a name, whatever their name space.
pub(crate) fn children<'a, 'i: 'a>(node: Node<'a, 'i>, name: &'a str) -> impl Iterator<Item = Node<'a, 'i>> {
    node.children().filter(move |child| child.is_element() && child.tag_name().name() == name)
}

/// The first child element with a name.
pub(crate) fn child<'a, 'i: 'a>(node: Node<'a, 'i>, name: &str) -> Option<Node<'a, 'i>> {
    node.children().find(|child| child.is_element() && child.tag_name().name() == name)
}

/// The element at the end of a path of names.
pub(crate) fn at<'a, 'i: 'a>(node: Node<'a, 'i>, path: &str) -> Option<Node<'a, 'i>> {
    path.split('/').try_fold(node, child)
}

/// The text of the element at the end of a path; empty when it is not there.
pub(crate) fn text<'a, 'i: 'a>(node: Node<'a, 'i>, path: &str) -> &'a str {
    at(node, path).and_then(|found| found.text()).unwrap_or_default().trim()
}

/// All child elements of the element at the end of a path, whatever their names.
pub(crate) fn elements<'a, 'i: 'a>(node: Node<'a, 'i>, path: &str) -> impl Iterator<Item = Node<'a, 'i>> {
    at(node, path).into_iter().flat_map(|list| list.children()).filter(Node::is_element)
}
