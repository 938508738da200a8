//! The set of annotations of one query.

use super::{Annotation, AnnotationKind};

/// How many annotations of each kind the HTTP API shows.
pub const API_LIMIT: usize = 10;

/// Annotations, merged by text.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Annotations {
    items: Vec<Annotation>,
}

impl Annotations {
    /// Adds an annotation; one with the same text takes the place of the earlier one.
    pub fn add(&mut self, mut annotation: Annotation) {
        match self.items.iter_mut().find(|item| item.text == annotation.text) {
            Some(item) => {
                annotation.absorb(item);
                *item = annotation;
            }
            None => self.items.push(annotation),
        }
    }

    /// Adds all annotations of another set.
    pub fn merge(&mut self, other: Self) {
        for item in other.items {
            self.add(item);
        }
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.items.is_empty()
    }

    /// All of them, in the order of their first appearance.
    pub fn iter(&self) -> impl Iterator<Item = &Annotation> {
        self.items.iter()
    }

    /// The warnings as texts with positions, at most `limit` (0 = all) and then a line that counts the rest.
    pub fn warnings(&self, query: &str, limit: usize) -> Vec<String> {
        self.render(AnnotationKind::Warning, "warning", query, limit)
    }

    /// The infos as texts with positions, at most `limit` (0 = all) and then a line that counts the rest.
    pub fn infos(&self, query: &str, limit: usize) -> Vec<String> {
        self.render(AnnotationKind::Info, "info", query, limit)
    }

    fn render(&self, kind: AnnotationKind, name: &str, query: &str, limit: usize) -> Vec<String> {
        let limit = if limit == 0 { usize::MAX } else { limit };
        let of_kind = || self.items.iter().filter(|item| item.kind == kind);
        let mut texts: Vec<_> = of_kind().take(limit).map(|item| item.render(query)).collect();
        let rest = of_kind().count() - texts.len();
        if rest > 0 {
            texts.push(format!("{rest} more {name} annotations omitted"));
        }
        texts
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ast::PosRange;

    #[test]
    fn merges_by_text_and_keeps_the_last_position() {
        let mut set = Annotations::default();
        set.add(Annotation::invalid_quantile(1.5, PosRange::new(0, 1)));
        set.add(Annotation::invalid_quantile(1.5, PosRange::new(4, 5)));
        assert_eq!(
            set.warnings("aa\nbb", 0),
            ["PromQL warning: quantile value should be between 0 and 1, got 1.5 (2:2)"]
        );
        assert!(set.infos("", 0).is_empty());
    }

    #[test]
    fn counts_what_it_leaves_out() {
        let mut set = Annotations::default();
        for q in 2..14 {
            set.add(Annotation::invalid_quantile(f64::from(q), PosRange::default()));
        }
        let shown = set.warnings("x", API_LIMIT);
        assert_eq!(shown.len(), 11);
        assert_eq!(shown[10], "2 more warning annotations omitted");
    }
}
