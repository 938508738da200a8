//! JSON objects whose order of keys is kept, so that a saved file differs from the old one only where it was changed.

use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

/// The fields of an object in their order, each value as its text.
#[derive(Debug)]
pub(super) struct Fields(Vec<(String, Box<RawValue>)>);

impl Fields {
    /// The fields of the object in `text`.
    pub(super) fn parse(text: &str) -> Result<Self, serde_json::Error> {
        serde_json::from_str(text)
    }

    /// A field's text.
    pub(super) fn get(&self, name: &str) -> Option<&RawValue> {
        self.0.iter().find(|(key, _)| key == name).map(|(_, value)| &**value)
    }

    /// A field that is a string and not empty.
    pub(super) fn text(&self, name: &str) -> Option<String> {
        let text: String = serde_json::from_str(self.get(name)?.get()).ok()?;
        Some(text).filter(|text| !text.is_empty())
    }

    /// Replaces a field where it stands, or adds it at the end.
    pub(super) fn set(&mut self, name: &str, value: Box<RawValue>) {
        match self.0.iter_mut().find(|(key, _)| key == name) {
            Some((_, old)) => *old = value,
            None => self.0.push((name.to_owned(), value)),
        }
    }

    /// The object as a file: two spaces a level, one value a line.
    pub(super) fn pretty(&self) -> String {
        let mut out = String::from("{");
        for (index, (key, value)) in self.0.iter().enumerate() {
            out.push_str(if index == 0 { "\n  " } else { ",\n  " });
            out.push_str(&serde_json::Value::from(key.as_str()).to_string());
            out.push_str(": ");
            indent(value.get(), 1, &mut out);
        }
        out.push_str(if self.0.is_empty() { "}\n" } else { "\n}\n" });
        out
    }
}

impl<'de> Deserialize<'de> for Fields {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Object;
        impl<'de> Visitor<'de> for Object {
            type Value = Fields;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("one JSON object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Fields, A::Error> {
                let mut fields = Fields(Vec::new());
                while let Some((key, value)) = map.next_entry::<String, Box<RawValue>>()? {
                    fields.set(&key, value);
                }
                Ok(fields)
            }
        }
        deserializer.deserialize_map(Object)
    }
}

/// Writes the valid JSON `text` with line breaks, `level` levels deep.
fn indent(text: &str, mut level: usize, out: &mut String) {
    let (mut in_string, mut escaped) = (false, false);
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        if in_string {
            out.push(character);
            in_string = escaped || character != '"';
            escaped = !escaped && character == '\\';
            continue;
        }
        match character {
            '"' => {
                in_string = true;
                out.push('"');
            }
            '{' | '[' => {
                out.push(character);
                while characters.next_if(|c| c.is_whitespace()).is_some() {}
                match characters.next_if(|c| matches!(c, '}' | ']')) {
                    Some(end) => out.push(end),
                    None => {
                        level += 1;
                        line(level, out);
                    }
                }
            }
            '}' | ']' => {
                level = level.saturating_sub(1);
                line(level, out);
                out.push(character);
            }
            ',' => {
                out.push(',');
                line(level, out);
            }
            ':' => out.push_str(": "),
            character if character.is_whitespace() => {}
            other => out.push(other),
        }
    }
}

fn line(level: usize, out: &mut String) {
    out.push('\n');
    for _ in 0..level {
        out.push_str("  ");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn order_and_strings_are_kept() {
        let text = r#"{"b": [1, {"x y": "a \" , [ b"}, []], "a":{}, "c": -1.50e3 , "b2":"\\"}"#;
        let mut fields = Fields::parse(text).unwrap();
        let once = fields.pretty();
        assert_eq!(
            once,
            "{\n  \"b\": [\n    1,\n    {\n      \"x y\": \"a \\\" , [ b\"\n    },\n    []\n  ],\n  \"a\": {},\n  \"c\": -1.50e3,\n  \"b2\": \"\\\\\"\n}\n"
        );
        assert_eq!(Fields::parse(&once).unwrap().pretty(), once);
        let before: serde_json::Value = serde_json::from_str(text).unwrap();
        assert_eq!(serde_json::from_str::<serde_json::Value>(&once).unwrap(), before);
        fields.set("a", serde_json::value::to_raw_value(&1).unwrap());
        fields.set("z", serde_json::value::to_raw_value("new").unwrap());
        assert!(fields.pretty().contains("\"a\": 1,\n"));
        assert!(fields.pretty().ends_with(",\n  \"z\": \"new\"\n}\n"));
        assert_eq!(Fields::parse("{}").unwrap().pretty(), "{}\n");
        assert!(Fields::parse("[1]").unwrap_err().to_string().contains("one JSON object"));
    }
}
