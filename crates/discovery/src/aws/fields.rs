//! Fields of XML answers as labels, by tables of label and place: what RDS and ElastiCache share.

use jiff::Timestamp;
use roxmltree::Node;

use crate::labels::{Meta, sanitize};
use crate::xml;

/// A label's name (after its prefix) and the place of its value.
pub(super) type Table = [(&'static str, &'static str)];

/// Sets `prefix` + label to the text at each place.
pub(super) fn set_texts(target: &mut Meta, prefix: &str, node: Node<'_, '_>, table: &Table) {
    for (label, at) in table {
        target.set(format!("{prefix}{label}"), xml::text(node, at));
    }
}

/// The same for times, which are written in whole seconds.
pub(super) fn set_times(target: &mut Meta, prefix: &str, node: Node<'_, '_>, table: &Table) {
    for (label, at) in table {
        target.set(format!("{prefix}{label}"), seconds(xml::text(node, at)));
    }
}

/// Sets `prefix` + key for each tag of a list.
pub(super) fn set_tags(target: &mut Meta, prefix: &str, node: Node<'_, '_>, list: &str) {
    for tag in xml::elements(node, list) {
        target.set(format!("{prefix}{}", sanitize(xml::text(tag, "Key"))), xml::text(tag, "Value"));
    }
}

/// A time without its fraction of a second; what is no time stays as it is.
fn seconds(time: &str) -> String {
    match time.parse::<Timestamp>() {
        Ok(time) => time.strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
        Err(_) => time.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::seconds;

    #[test]
    fn times() {
        assert_eq!(seconds("2024-05-06T07:08:09.123Z"), "2024-05-06T07:08:09Z");
        assert_eq!(seconds("2024-05-06T07:08:09Z"), "2024-05-06T07:08:09Z");
        assert_eq!(seconds("soon"), "soon");
    }
}
