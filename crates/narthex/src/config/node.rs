//! [`Node`]: a configuration as a tree in which every node knows its line and column.
//!
//! Made twice: by `yaml` from the file (scalars are raw text), and by `apply` as the effective configuration (scalars
//! are typed, defaults are filled in, fields stand in the order in which Prometheus prints them). Read by the checks,
//! the printer and the mapping to the rooms' options.

/// Where a node stands in its file; lines and columns count from 1, 0 = not from a file (a default).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Pos {
    /// The line.
    pub(crate) line: usize,
    /// The column, in characters.
    pub(crate) column: usize,
}

/// What a node holds.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Value {
    /// Nothing, `null` or `~`.
    Null,
    /// A scalar as written; `quoted` when it can only be a string.
    Text {
        /// The characters, escapes processed.
        text: String,
        /// Whether quotes, a block or `!!str` made it a string.
        quoted: bool,
    },
    /// Bytes that are not UTF-8 (`!!binary`), which no field accepts.
    Binary,
    /// A truth value.
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// A number.
    Float(f64),
    /// A string.
    Str(String),
    /// A duration in milliseconds.
    Duration(i64),
    /// A number of bytes.
    Size(u64),
    /// A string that is never printed.
    Secret(String),
    /// A list.
    List(Vec<Node>),
    /// A mapping in order, keys unique.
    Map(Vec<Entry>),
}

/// One key and its value.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Entry {
    /// The key.
    pub(crate) key: String,
    /// Where the key stands.
    pub(crate) pos: Pos,
    /// What it holds.
    pub(crate) node: Node,
}

/// A value and where it stands.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Node {
    /// Where.
    pub(crate) pos: Pos,
    /// What.
    pub(crate) value: Value,
}

impl Node {
    /// A node that did not come from a file.
    pub(crate) fn new(value: Value) -> Self {
        Self { pos: Pos::default(), value }
    }

    /// The entries of a mapping; empty for anything else.
    pub(crate) fn entries(&self) -> &[Entry] {
        match &self.value {
            Value::Map(entries) => entries,
            _ => &[],
        }
    }

    /// The items of a list; empty for anything else.
    pub(crate) fn items(&self) -> &[Node] {
        match &self.value {
            Value::List(items) => items,
            _ => &[],
        }
    }

    /// The value of a field, if it is set or has a default.
    pub(crate) fn get(&self, key: &str) -> Option<&Node> {
        self.entries().iter().find(|entry| entry.key == key).map(|entry| &entry.node)
    }

    /// Whether a field is there with something in it.
    pub(crate) fn has(&self, key: &str) -> bool {
        self.get(key).is_some_and(|node| !node.is_empty())
    }

    /// Sets a field, in its place if it is there, else at the end.
    pub(crate) fn set(&mut self, key: &str, node: Node) {
        let Value::Map(entries) = &mut self.value else { return };
        match entries.iter_mut().find(|entry| entry.key == key) {
            Some(entry) => entry.node = node,
            None => entries.push(Entry { key: key.to_owned(), pos: node.pos, node }),
        }
    }

    /// The string of a string or secret node.
    pub(crate) fn as_str(&self) -> &str {
        match &self.value {
            Value::Str(text) | Value::Secret(text) | Value::Text { text, .. } => text,
            _ => "",
        }
    }

    /// A string field; empty when it is not there.
    pub(crate) fn str(&self, key: &str) -> &str {
        self.get(key).map_or("", Self::as_str)
    }

    /// A truth field; false when it is not there.
    pub(crate) fn bool(&self, key: &str) -> bool {
        matches!(self.get(key).map(|node| &node.value), Some(Value::Bool(true)))
    }

    /// A duration field in milliseconds.
    pub(crate) fn duration_ms(&self, key: &str) -> Option<i64> {
        match self.get(key)?.value {
            Value::Duration(ms) => Some(ms),
            _ => None,
        }
    }

    /// A whole-number or size field; 0 when it is not there.
    pub(crate) fn int(&self, key: &str) -> i64 {
        match self.get(key).map(|node| &node.value) {
            Some(Value::Int(number)) => *number,
            Some(Value::Size(bytes)) => i64::try_from(*bytes).unwrap_or(i64::MAX),
            _ => 0,
        }
    }

    /// A number field.
    pub(crate) fn float(&self, key: &str) -> Option<f64> {
        match self.get(key)?.value {
            Value::Float(number) => Some(number),
            Value::Int(number) => Some(number as f64),
            _ => None,
        }
    }

    /// The strings of a list field.
    pub(crate) fn strings(&self, key: &str) -> Vec<&str> {
        self.get(key).map(|list| list.items().iter().map(Self::as_str).collect()).unwrap_or_default()
    }

    /// The items of a list field.
    pub(crate) fn list(&self, key: &str) -> &[Node] {
        self.get(key).map_or(&[], Self::items)
    }

    /// Whether it is what its type has without a value: Go's zero value, which `omitempty` leaves out.
    pub(crate) fn is_empty(&self) -> bool {
        match &self.value {
            Value::Null => true,
            Value::Text { text, .. } | Value::Str(text) | Value::Secret(text) => text.is_empty(),
            Value::Binary => false,
            Value::Bool(yes) => !yes,
            Value::Int(number) | Value::Duration(number) => *number == 0,
            Value::Float(number) => *number == 0.0,
            Value::Size(bytes) => *bytes == 0,
            Value::List(items) => items.is_empty(),
            Value::Map(entries) => entries.is_empty(),
        }
    }

    /// What it is, for messages.
    pub(crate) fn describe(&self) -> String {
        match &self.value {
            Value::Null => "nothing".to_owned(),
            Value::Text { text, .. } | Value::Str(text) => format!("\"{}\"", shorten(text)),
            Value::Secret(_) => "a secret".to_owned(),
            Value::Binary => "binary data".to_owned(),
            Value::Bool(yes) => yes.to_string(),
            Value::Int(number) => number.to_string(),
            Value::Float(number) => number.to_string(),
            Value::Duration(ms) => narthex_model::duration::format_ms(*ms),
            Value::Size(bytes) => format!("{bytes} bytes"),
            Value::List(_) => "a list".to_owned(),
            Value::Map(_) => "a mapping".to_owned(),
        }
    }
}

fn shorten(text: &str) -> String {
    if text.chars().count() <= 60 {
        return text.to_owned();
    }
    text.chars().take(57).chain("...".chars()).collect()
}
