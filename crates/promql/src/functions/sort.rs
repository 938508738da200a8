//! `sort`, `sort_desc`, `sort_by_label`, `sort_by_label_desc`: the order of an instant vector.

use std::cmp::Ordering;

use crate::operators::Row;

/// Orders floats by value, NaN last in both directions; histograms are left out.
pub(crate) fn sort_by_value(mut rows: Vec<Row>, descending: bool) -> Vec<Row> {
    rows.retain(|row| row.column.float(0).is_some());
    rows.sort_by(|a, b| {
        let (a, b) = (a.column.float(0).unwrap_or(f64::NAN), b.column.float(0).unwrap_or(f64::NAN));
        match (a.is_nan(), b.is_nan()) {
            (true, true) => Ordering::Equal,
            (true, false) => Ordering::Greater,
            (false, true) => Ordering::Less,
            (false, false) => {
                let order = a.partial_cmp(&b).unwrap_or(Ordering::Equal);
                if descending { order.reverse() } else { order }
            }
        }
    });
    rows
}

/// Orders by the values of some labels in natural order, then by all labels.
pub(crate) fn sort_by_label(mut rows: Vec<Row>, names: &[String], descending: bool) -> Vec<Row> {
    rows.sort_by(|a, b| {
        let by_names = names
            .iter()
            .map(|name| natural_order(a.labels.value(name), b.labels.value(name)))
            .find(|order| order.is_ne());
        let order = by_names.unwrap_or_else(|| a.labels.cmp(&b.labels));
        if descending { order.reverse() } else { order }
    });
    rows
}

/// Text order in which runs of digits count as numbers: `a2` before `a10`.
fn natural_order(a: &str, b: &str) -> Ordering {
    let (a, b) = (pieces(a), pieces(b));
    for (left, right) in a.iter().zip(&b) {
        if left == right {
            continue;
        }
        let is_number = |text: &str| text.as_bytes().first().is_some_and(u8::is_ascii_digit);
        if is_number(left) && is_number(right) {
            let strip = |text: &str| text.trim_start_matches('0').to_owned();
            let (x, y) = (strip(left), strip(right));
            let order = x.len().cmp(&y.len()).then_with(|| x.cmp(&y));
            // Equal numbers: the one with more leading zeros first.
            return if order.is_ne() { order } else { right.len().cmp(&left.len()) };
        }
        return left.cmp(right);
    }
    a.len().cmp(&b.len())
}

/// The runs of digits and of other characters.
fn pieces(text: &str) -> Vec<&str> {
    let mut runs = Vec::new();
    let mut start = 0;
    let bytes = text.as_bytes();
    for index in 1..bytes.len() {
        let changes = bytes[index].is_ascii_digit() != bytes[index - 1].is_ascii_digit();
        if changes && text.is_char_boundary(index) {
            runs.push(&text[start..index]);
            start = index;
        }
    }
    if start < text.len() {
        runs.push(&text[start..]);
    }
    runs
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_count_as_numbers() {
        let mut names = ["4m600", "4m5", "4m1000", "cpu10", "cpu2", "", "10", "9"];
        names.sort_by(|a, b| natural_order(a, b));
        assert_eq!(names, ["", "4m5", "4m600", "4m1000", "9", "10", "cpu2", "cpu10"]);
    }
}
