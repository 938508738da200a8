//! [`Writer`]: appends JSON to a byte buffer and places the commas.
//!
//! Invariants: the calls come in the order of the document (`key` before a member's value, every `begin` has its `end`);
//! the bytes are UTF-8.

/// Two ways of escaping: the one of Go's generic encoder also hides `<`, `>`, `&` from HTML.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Escape {
    Plain,
    Html,
}

/// A JSON text under construction.
#[derive(Debug, Default)]
pub struct Writer {
    bytes: Vec<u8>,
    /// Whether the next value or key needs a comma before it.
    comma: bool,
}

impl Writer {
    /// An empty text.
    pub fn new() -> Self {
        Self { bytes: Vec::with_capacity(256), comma: false }
    }

    /// The text so far.
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The finished text.
    pub fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }

    /// Makes room for so many bytes.
    pub(super) fn reserve(&mut self, bytes: usize) {
        self.bytes.reserve(bytes);
    }

    #[inline]
    fn separate(&mut self) {
        if self.comma {
            self.bytes.push(b',');
        }
        self.comma = true;
    }

    /// `{`
    pub fn begin_object(&mut self) -> &mut Self {
        self.begin(b'{')
    }

    /// `}`
    pub fn end_object(&mut self) -> &mut Self {
        self.end(b'}')
    }

    /// `[`
    pub fn begin_array(&mut self) -> &mut Self {
        self.begin(b'[')
    }

    /// `]`
    pub fn end_array(&mut self) -> &mut Self {
        self.end(b']')
    }

    #[inline]
    fn begin(&mut self, bracket: u8) -> &mut Self {
        self.separate();
        self.bytes.push(bracket);
        self.comma = false;
        self
    }

    #[inline]
    fn end(&mut self, bracket: u8) -> &mut Self {
        self.bytes.push(bracket);
        self.comma = true;
        self
    }

    /// A member's key; its value must follow.
    pub fn key(&mut self, key: &str) -> &mut Self {
        self.separate();
        self.quoted(key, Escape::Plain);
        self.bytes.push(b':');
        self.comma = false;
        self
    }

    /// A string with the escapes of Go's generic encoder, as in messages and configuration.
    pub fn string(&mut self, text: &str) -> &mut Self {
        self.separate();
        self.quoted(text, Escape::Html);
        self
    }

    /// A string with the escapes that JSON needs and no others, as in labels.
    pub fn plain_string(&mut self, text: &str) -> &mut Self {
        self.separate();
        self.quoted(text, Escape::Plain);
        self
    }

    /// A whole number.
    pub fn int(&mut self, number: i64) -> &mut Self {
        self.separate();
        self.bytes.extend_from_slice(itoa::Buffer::new().format(number).as_bytes());
        self
    }

    /// A whole number.
    pub fn uint(&mut self, number: u64) -> &mut Self {
        self.separate();
        self.bytes.extend_from_slice(itoa::Buffer::new().format(number).as_bytes());
        self
    }

    /// A number in Go's form; infinities and NaN have none and become null.
    pub fn number(&mut self, number: f64) -> &mut Self {
        if !number.is_finite() {
            return self.null();
        }
        self.separate();
        super::float::push_json_number(&mut self.bytes, number);
        self
    }

    /// `true` or `false`
    pub fn bool(&mut self, yes: bool) -> &mut Self {
        self.raw(if yes { b"true" } else { b"false" })
    }

    /// `null`
    pub fn null(&mut self) -> &mut Self {
        self.raw(b"null")
    }

    /// A value that is JSON already.
    pub fn raw(&mut self, json: &[u8]) -> &mut Self {
        self.separate();
        self.bytes.extend_from_slice(json);
        self
    }

    /// An array of strings.
    pub fn strings<T: AsRef<str>>(&mut self, texts: &[T]) -> &mut Self {
        self.begin_array();
        for text in texts {
            self.string(text.as_ref());
        }
        self.end_array()
    }

    /// The buffer itself, for a value that is written piece by piece; the comma is placed already.
    #[inline]
    pub(super) fn value_bytes(&mut self) -> &mut Vec<u8> {
        self.separate();
        &mut self.bytes
    }

    fn quoted(&mut self, text: &str, escape: Escape) {
        self.bytes.push(b'"');
        let bytes = text.as_bytes();
        if is_plain(bytes, escape) {
            self.bytes.extend_from_slice(bytes);
            self.bytes.push(b'"');
            return;
        }
        let mut done = 0;
        for (at, &byte) in bytes.iter().enumerate() {
            if at < done || !is_special(byte, escape) {
                continue;
            }
            let skip = self.escape(bytes, done, at, byte);
            done = skip.unwrap_or(done);
        }
        self.bytes.extend_from_slice(bytes.get(done..).unwrap_or_default());
        self.bytes.push(b'"');
    }

    /// Copies `bytes[done..at]` and the escape of the byte at `at`; answers up to where the text is done. `None` when
    /// there was nothing to escape after all.
    fn escape(&mut self, bytes: &[u8], done: usize, at: usize, byte: u8) -> Option<usize> {
        let mut width = 1;
        let mut code = u32::from(byte);
        if byte == 0xe2 {
            // The line separators U+2028 and U+2029 are e2 80 a8 and e2 80 a9.
            let &[_, 0x80, last @ (0xa8 | 0xa9)] = bytes.get(at..at + 3)? else { return None };
            (width, code) = (3, 0x2000 + u32::from(last) - 0x80);
        }
        self.bytes.extend_from_slice(bytes.get(done..at).unwrap_or_default());
        match byte {
            b'"' => self.bytes.extend_from_slice(b"\\\""),
            b'\\' => self.bytes.extend_from_slice(b"\\\\"),
            b'\n' => self.bytes.extend_from_slice(b"\\n"),
            b'\r' => self.bytes.extend_from_slice(b"\\r"),
            b'\t' => self.bytes.extend_from_slice(b"\\t"),
            _ => self.bytes.extend_from_slice(format!("\\u{code:04x}").as_bytes()),
        }
        Some(at + width)
    }
}

/// Whether a byte may have to be escaped.
#[inline]
fn is_special(byte: u8, escape: Escape) -> bool {
    byte < 0x20
        || matches!(byte, b'"' | b'\\')
        || escape == Escape::Html && matches!(byte, b'<' | b'>' | b'&' | 0xe2)
}

/// Whether no byte has to be escaped; eight bytes at a time, because nearly all texts are like that.
#[inline]
fn is_plain(bytes: &[u8], escape: Escape) -> bool {
    const ONES: u64 = 0x0101_0101_0101_0101;
    const TOPS: u64 = 0x8080_8080_8080_8080;
    let below = |word: u64, limit: u8| word.wrapping_sub(ONES * u64::from(limit)) & !word & TOPS;
    let (words, rest) = bytes.as_chunks::<8>();
    let mut found = 0;
    for word in words {
        let word = u64::from_le_bytes(*word);
        let equals = |byte: u8| below(word ^ (ONES * u64::from(byte)), 1);
        found |= below(word, 0x20) | equals(b'"') | equals(b'\\');
        if escape == Escape::Html {
            found |= equals(b'<') | equals(b'>') | equals(b'&') | equals(0xe2);
        }
    }
    found == 0 && !rest.iter().any(|byte| is_special(*byte, escape))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_texts_are_known() {
        for byte in 0..=255_u8 {
            for at in 0..20 {
                let mut text = vec![b'a'; 20];
                text[at] = byte;
                for escape in [Escape::Plain, Escape::Html] {
                    assert_eq!(is_plain(&text, escape), !is_special(byte, escape), "{byte} at {at}");
                }
            }
        }
    }

    fn text(write: impl FnOnce(&mut Writer)) -> String {
        let mut writer = Writer::new();
        write(&mut writer);
        String::from_utf8(writer.into_bytes()).unwrap()
    }

    #[test]
    fn commas_and_nesting() {
        let out = text(|w| {
            w.begin_object()
                .key("a")
                .int(1)
                .key("b")
                .begin_array()
                .bool(true)
                .null()
                .begin_object()
                .end_object();
            w.end_array().key("c").number(1.5).key("d").strings(&["x", "y"]).end_object();
        });
        assert_eq!(out, r#"{"a":1,"b":[true,null,{}],"c":1.5,"d":["x","y"]}"#);
    }

    #[test]
    fn escapes_as_go() {
        assert_eq!(text(|w| _ = w.string("a > \"b\"\\\n\t\u{1}é🦀")), r#""a \u003e \"b\"\\\n\t\u0001é🦀""#);
        assert_eq!(text(|w| _ = w.string("\u{2028}–\u{2029}")), "\"\\u2028–\\u2029\"");
        assert_eq!(text(|w| _ = w.plain_string("a > b & \u{2028}")), "\"a > b & \u{2028}\"");
    }
}
