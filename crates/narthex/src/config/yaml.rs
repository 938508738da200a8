//! YAML text to [`Node`]s with positions: the first document, anchors and merge keys resolved, duplicate keys refused.
//!
//! Scalars stay text, because what they mean depends on the field (`password: 0123` is the string `0123`).
//!
//! Limits: [`NODES_MAX`] nodes after expanding aliases (so that a few lines cannot become gigabytes), and the parser's
//! own nesting limits.

use std::path::Path;

use base64::Engine as _;
use granit_parser::{Event, Parser, ScalarStyle, Span, StrInput};

use super::error::{Cx, Problem};
use super::node::{Entry, Node, Pos, Value};

/// The most nodes a configuration can have, aliases expanded.
pub(crate) const NODES_MAX: usize = 2_000_000;

/// Reads the one document of `text`; an empty text is an empty mapping.
pub(crate) fn parse(file: &Path, text: &str) -> Result<Node, Vec<Problem>> {
    let mut cx = Cx::new(file);
    let mut builder = Builder { anchors: Vec::new(), nodes: 0, cx: &mut cx };
    let root = builder.document(&mut Parser::new_from_str(text));
    match root {
        Some(root) if cx.problems.is_empty() => Ok(root),
        _ => Err(cx.problems),
    }
}

type Events<'a> = Parser<'a, StrInput<'a>>;

struct Builder<'c> {
    /// Finished nodes by anchor id.
    anchors: Vec<(usize, Node)>,
    nodes: usize,
    cx: &'c mut Cx,
}

fn pos_of(span: &Span) -> Pos {
    Pos { line: span.start.line(), column: span.start.col() + 1 }
}

impl Builder<'_> {
    /// The next event that carries content; `None` at the end or after a problem.
    fn next<'a>(&mut self, events: &mut Events<'a>) -> Option<(Event<'a>, Pos)> {
        loop {
            match events.next_event()? {
                Ok((event, span)) => {
                    let ends = matches!(event, Event::SequenceEnd | Event::MappingEnd | Event::StreamEnd);
                    // The rest is where documents begin and end, and comments if the parser was built with them.
                    if ends || event.is_node() {
                        return Some((event, pos_of(&span)));
                    }
                }
                Err(error) => {
                    let marker = error.marker();
                    let pos = Pos { line: marker.line(), column: marker.col() + 1 };
                    self.cx.problem(pos, format!("not valid YAML: {}", error.info()));
                    return None;
                }
            }
        }
    }

    fn document(&mut self, events: &mut Events<'_>) -> Option<Node> {
        let (event, pos) = self.next(events)?;
        if event == Event::StreamEnd {
            return Some(Node { pos: Pos { line: 1, column: 1 }, value: Value::Map(Vec::new()) });
        }
        let root = self.node(event, pos, events)?;
        match self.next(events)? {
            (Event::StreamEnd, _) => Some(root),
            (_, pos) => {
                tracing::warn!(line = pos.line, "a second YAML document starts here: only the first is read");
                Some(root)
            }
        }
    }

    fn node(&mut self, event: Event<'_>, pos: Pos, events: &mut Events<'_>) -> Option<Node> {
        self.nodes += 1;
        if self.nodes > NODES_MAX {
            self.too_large(pos);
            return None;
        }
        let (value, anchor) = match event {
            Event::Scalar(text, style, anchor, tag) => {
                let tag = tag.as_ref().map(|tag| tag.suffix().to_owned());
                (self.scalar(&text, style, tag.as_deref(), pos), anchor)
            }
            Event::SequenceStart(_, anchor, _) => (self.sequence(events)?, anchor),
            Event::MappingStart(_, anchor, _) => (self.mapping(events)?, anchor),
            Event::Alias(id) => return self.alias(id, pos),
            _ => {
                self.cx.problem(pos, "not valid YAML: expected a value here");
                return None;
            }
        };
        let node = Node { pos, value };
        if anchor != 0 {
            self.anchors.push((anchor, node.clone()));
        }
        Some(node)
    }

    fn too_large(&mut self, pos: Pos) {
        self.cx.problem(
            pos,
            format!("more than {NODES_MAX} values with aliases expanded: the file is too large"),
        );
    }

    fn alias(&mut self, id: usize, pos: Pos) -> Option<Node> {
        let Some((_, node)) = self.anchors.iter().rev().find(|(anchor, _)| *anchor == id) else {
            self.cx
                .problem(pos, "this alias refers to an anchor that contains it or is not defined before it");
            return None;
        };
        let node = node.clone();
        self.nodes += count(&node);
        if self.nodes > NODES_MAX {
            self.too_large(pos);
            return None;
        }
        Some(Node { pos, value: node.value })
    }

    fn scalar(&mut self, text: &str, style: ScalarStyle, tag: Option<&str>, pos: Pos) -> Value {
        if tag == Some("binary") {
            let packed: String = text.split_ascii_whitespace().collect();
            let bytes = base64::engine::general_purpose::STANDARD.decode(packed);
            return match bytes.ok().and_then(|bytes| String::from_utf8(bytes).ok()) {
                Some(text) => Value::Text { text, quoted: true },
                None => {
                    self.cx.problem(pos, "!!binary value: expected base64 of UTF-8 text");
                    Value::Binary
                }
            };
        }
        let quoted = style != ScalarStyle::Plain || tag == Some("str");
        if !quoted && matches!(text, "" | "~" | "null" | "Null" | "NULL") {
            return Value::Null;
        }
        Value::Text { text: text.to_owned(), quoted }
    }

    fn sequence(&mut self, events: &mut Events<'_>) -> Option<Value> {
        let mut items = Vec::new();
        loop {
            let (event, pos) = self.next(events)?;
            if event == Event::SequenceEnd {
                return Some(Value::List(items));
            }
            self.cx.enter(format!("[{}]", items.len()));
            let item = self.node(event, pos, events);
            self.cx.leave();
            items.push(item?);
        }
    }

    fn mapping(&mut self, events: &mut Events<'_>) -> Option<Value> {
        let mut entries: Vec<Entry> = Vec::new();
        let mut merged: Vec<Entry> = Vec::new();
        loop {
            let (event, pos) = self.next(events)?;
            if event == Event::MappingEnd {
                break;
            }
            let plain = matches!(&event, Event::Scalar(_, ScalarStyle::Plain, ..));
            let key = self.node(event, pos, events)?;
            let key = match key.value {
                Value::Text { text, .. } => text,
                Value::Null => String::new(),
                Value::Binary => return None,
                _ => {
                    self.cx.problem(pos, "a key must be a plain string");
                    return None;
                }
            };
            let (event, value_pos) = self.next(events)?;
            self.cx.enter(key.clone());
            let node = self.node(event, value_pos, events);
            self.cx.leave();
            let node = node?;
            if plain && key == "<<" {
                self.merge(node, &mut merged);
            } else if let Some(first) = entries.iter().find(|entry| entry.key == key) {
                let message = format!("the field is set twice: first in line {}", first.pos.line);
                self.cx.problem_in(&key, pos, message);
            } else {
                entries.push(Entry { key, pos, node });
            }
        }
        for entry in merged {
            if entries.iter().all(|own| own.key != entry.key) {
                entries.push(entry);
            }
        }
        Some(Value::Map(entries))
    }

    /// `<<: *defaults`: explicit keys win, earlier sources win over later ones.
    fn merge(&mut self, node: Node, merged: &mut Vec<Entry>) {
        match node.value {
            Value::Map(entries) => merged.extend(entries),
            Value::List(items) => items.into_iter().for_each(|item| self.merge(item, merged)),
            _ => self.cx.problem(node.pos, "<< merges mappings: expected a mapping or a list of mappings"),
        }
    }
}

fn count(node: &Node) -> usize {
    let below: usize = match &node.value {
        Value::List(items) => items.iter().map(count).sum(),
        Value::Map(entries) => entries.iter().map(|entry| 1 + count(&entry.node)).sum(),
        _ => 0,
    };
    1 + below
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tree(text: &str) -> Node {
        parse(Path::new("t.yml"), text).unwrap()
    }

    fn problem(text: &str) -> String {
        parse(Path::new("t.yml"), text).unwrap_err()[0].to_string()
    }

    #[test]
    fn positions_and_text_are_kept() {
        let root = tree("# first\na: # why\n  - b: 0123\n    c: \"x\\ny\"\n");
        let item = &root.list("a")[0];
        assert_eq!(item.get("b").unwrap().pos, Pos { line: 3, column: 8 });
        assert_eq!((item.str("b"), item.str("c")), ("0123", "x\ny"));
        assert!(tree("# nothing\n").entries().is_empty());
    }

    #[test]
    fn anchors_merge_and_are_limited() {
        let root = tree("base: &b {x: 1, y: 2}\nuse:\n  <<: *b\n  y: 3\n");
        let used = root.get("use").unwrap();
        assert_eq!((used.str("x"), used.str("y")), ("1", "3"));
        let mut bomb = "a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n".to_owned();
        for level in 1..9 {
            let previous = format!("*a{}", level - 1);
            bomb += &format!("a{level}: &a{level} [{}]\n", vec![previous; 10].join(","));
        }
        assert!(problem(&bomb).contains("too large"));
    }

    #[test]
    fn says_where_it_breaks() {
        assert_eq!(problem("a: 1\nb: 2\na: 3\n"), "t.yml:3:1: a: the field is set twice: first in line 1");
        assert!(problem("a: [1,\n").starts_with("t.yml:"));
        assert_eq!(tree("a: 1\n---\nb: 2\n").entries().len(), 1, "only the first document counts");
        assert!(problem("a: !!binary \"/w==\"\n").contains("a: !!binary"));
    }
}
