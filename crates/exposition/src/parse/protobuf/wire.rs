//! Reading protobuf fields off a slice; every refusal carries its offset in the page.

use super::super::error::Fault;

/// A field's content, by wire type.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Value<'a> {
    Varint(u64),
    Fixed64(u64),
    Bytes(Slice<'a>),
    /// Only unknown fields have it; skipped.
    Fixed32,
}

/// A piece of the page that knows where it stands.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(super) struct Slice<'a> {
    pub(super) bytes: &'a [u8],
    /// Offset of the first byte in the page.
    pub(super) at: usize,
}

impl<'a> Slice<'a> {
    /// The text, if it is UTF-8.
    pub(super) fn text(self, expected: &'static str) -> Result<&'a str, Fault> {
        std::str::from_utf8(self.bytes).map_err(|error| Fault::new(self.at + error.valid_up_to(), expected))
    }

    /// The fields of this message.
    pub(super) fn fields(self) -> Fields<'a> {
        Fields { slice: self, pos: 0 }
    }
}

/// Walks over the fields of a message.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Fields<'a> {
    slice: Slice<'a>,
    pos: usize,
}

/// The bits of a `u64` in groups of seven.
const VARINT_BYTES_MAX: usize = 10;

impl<'a> Fields<'a> {
    /// The number and content of the next field, `None` at the end.
    #[inline]
    pub(super) fn next(&mut self) -> Result<Option<(u64, Value<'a>)>, Fault> {
        if self.pos >= self.slice.bytes.len() {
            return Ok(None);
        }
        let start = self.offset();
        let key = self.varint()?;
        let value = match key & 7 {
            0 => Value::Varint(self.varint()?),
            1 => Value::Fixed64(u64::from_le_bytes(self.array()?)),
            2 => Value::Bytes(self.delimited()?),
            5 => {
                self.array::<4>()?;
                Value::Fixed32
            }
            _ => return Err(Fault::new(start, "a protobuf field of wire type 0, 1, 2 or 5")),
        };
        if key >> 3 == 0 {
            return Err(Fault::new(start, "a protobuf field number above 0"));
        }
        Ok(Some((key >> 3, value)))
    }

    /// A length and so many bytes.
    #[inline]
    pub(super) fn delimited(&mut self) -> Result<Slice<'a>, Fault> {
        let start = self.offset();
        let len = self.varint()?;
        let at = self.offset();
        let end = usize::try_from(len).ok().and_then(|len| self.pos.checked_add(len));
        let bytes = end.and_then(|end| self.slice.bytes.get(self.pos..end));
        let bytes = bytes.ok_or_else(|| Fault::new(start, "a length that the page has room for"))?;
        self.pos += bytes.len();
        Ok(Slice { bytes, at })
    }

    #[inline]
    fn varint(&mut self) -> Result<u64, Fault> {
        match self.slice.bytes.get(self.pos) {
            Some(byte) if *byte < 0x80 => {
                self.pos += 1;
                Ok(u64::from(*byte))
            }
            _ => self.long_varint(),
        }
    }

    fn long_varint(&mut self) -> Result<u64, Fault> {
        let start = self.offset();
        let mut value = 0_u64;
        for index in 0..VARINT_BYTES_MAX {
            let Some(byte) = self.slice.bytes.get(self.pos) else { break };
            self.pos += 1;
            value |= u64::from(byte & 0x7f) << (7 * index);
            if *byte < 0x80 {
                return Ok(value);
            }
        }
        Err(Fault::new(start, "a varint of at most 10 bytes"))
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], Fault> {
        let rest = self.slice.bytes.get(self.pos..).unwrap_or_default();
        let array = rest.first_chunk().ok_or_else(|| Fault::new(self.offset(), "a fixed-size number"))?;
        self.pos += N;
        Ok(*array)
    }

    /// Whether nothing is left.
    pub(super) fn at_end(&self) -> bool {
        self.pos >= self.slice.bytes.len()
    }

    /// Where the next byte stands in the message.
    #[inline]
    pub(super) fn position(&self) -> usize {
        self.pos
    }

    /// Where the next byte stands in the page.
    pub(super) fn offset(&self) -> usize {
        self.slice.at + self.pos
    }
}

impl<'a> Value<'a> {
    pub(super) fn uint(self, at: usize) -> Result<u64, Fault> {
        match self {
            Self::Varint(value) => Ok(value),
            _ => Err(Fault::new(at, "a varint field before this byte")),
        }
    }

    pub(super) fn double(self, at: usize) -> Result<f64, Fault> {
        match self {
            Self::Fixed64(bits) => Ok(f64::from_bits(bits)),
            _ => Err(Fault::new(at, "a double field before this byte")),
        }
    }

    pub(super) fn slice(self, at: usize) -> Result<Slice<'a>, Fault> {
        match self {
            Self::Bytes(slice) => Ok(slice),
            _ => Err(Fault::new(at, "a length-delimited field before this byte")),
        }
    }

    /// Adds one zigzag integer, or a packed list of them.
    pub(super) fn sints_into(self, at: usize, out: &mut Vec<i64>) -> Result<(), Fault> {
        match self {
            Self::Varint(value) => out.push(unzigzag(value)),
            Self::Bytes(slice) => {
                let mut fields = slice.fields();
                while fields.pos < slice.bytes.len() {
                    out.push(unzigzag(fields.varint()?));
                }
            }
            _ => return Err(Fault::new(at, "a list of integers before this byte")),
        }
        Ok(())
    }

    /// Adds one double, or a packed list of them.
    pub(super) fn doubles_into(self, at: usize, out: &mut Vec<f64>) -> Result<(), Fault> {
        match self {
            Self::Fixed64(bits) => out.push(f64::from_bits(bits)),
            Self::Bytes(slice) => {
                let mut fields = slice.fields();
                while fields.pos < slice.bytes.len() {
                    out.push(f64::from_le_bytes(fields.array()?));
                }
            }
            _ => return Err(Fault::new(at, "a list of doubles before this byte")),
        }
        Ok(())
    }
}

/// The signed number behind a zigzag varint.
pub(super) fn unzigzag(value: u64) -> i64 {
    (value >> 1) as i64 ^ -((value & 1) as i64)
}
