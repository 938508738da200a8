//! Walking over the fields of a protobuf message without copying; used by the decoders of `receive`.
//!
//! Invariant: every read is bounds-checked; the error texts are those of Prometheus' decoder, because senders log them.

/// A message that is not protobuf, or not the one that was expected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum WireError {
    /// The bytes end inside a field.
    #[error("unexpected EOF")]
    UnexpectedEnd,
    /// A varint has more than ten bytes.
    #[error("proto: integer overflow")]
    Overflow,
    /// A field number of 0.
    #[error("proto: {message}: illegal tag {number} (wire type {wire})")]
    IllegalTag {
        /// The message.
        message: &'static str,
        /// The number that was read.
        number: i32,
        /// The wire type that was read.
        wire: u8,
    },
    /// A wire type that does not exist, or a group, which no message here has.
    #[error("proto: illegal wireType {0}")]
    IllegalWireType(u8),
    /// A known field has another type.
    #[error("proto: wrong wireType = {wire} for field {field}")]
    WrongType {
        /// The field.
        field: &'static str,
        /// The wire type that was read.
        wire: u8,
    },
}

/// A field's content.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Value<'a> {
    Varint(u64),
    Fixed64(u64),
    Bytes(&'a [u8]),
    Fixed32,
}

impl<'a> Value<'a> {
    fn wrong<T>(self, field: &'static str) -> Result<T, WireError> {
        let wire = match self {
            Self::Varint(_) => 0,
            Self::Fixed64(_) => 1,
            Self::Bytes(_) => 2,
            Self::Fixed32 => 5,
        };
        Err(WireError::WrongType { field, wire })
    }

    /// The content of a message, string or bytes field.
    #[inline]
    pub(crate) fn bytes(self, field: &'static str) -> Result<&'a [u8], WireError> {
        if let Self::Bytes(bytes) = self { Ok(bytes) } else { self.wrong(field) }
    }

    /// An integer.
    #[inline]
    pub(crate) fn uint(self, field: &'static str) -> Result<u64, WireError> {
        if let Self::Varint(value) = self { Ok(value) } else { self.wrong(field) }
    }

    /// A signed integer in two's complement.
    #[inline]
    pub(crate) fn int(self, field: &'static str) -> Result<i64, WireError> {
        self.uint(field).map(|value| value as i64)
    }

    /// A signed integer in zigzag form.
    pub(crate) fn sint(self, field: &'static str) -> Result<i64, WireError> {
        self.uint(field).map(unzigzag)
    }

    /// A double.
    #[inline]
    pub(crate) fn double(self, field: &'static str) -> Result<f64, WireError> {
        if let Self::Fixed64(bits) = self { Ok(f64::from_bits(bits)) } else { self.wrong(field) }
    }

    /// Calls `add` with one integer, or with each of a packed list.
    pub(crate) fn uints(self, field: &'static str, mut add: impl FnMut(u64)) -> Result<(), WireError> {
        match self {
            Self::Varint(value) => add(value),
            Self::Bytes(bytes) => {
                let mut list = Fields::new(field, bytes);
                while !list.rest.is_empty() {
                    add(list.varint()?);
                }
            }
            _ => return self.wrong(field),
        }
        Ok(())
    }

    /// Calls `add` with one double, or with each of a packed list.
    pub(crate) fn doubles(self, field: &'static str, mut add: impl FnMut(f64)) -> Result<(), WireError> {
        match self {
            Self::Fixed64(bits) => add(f64::from_bits(bits)),
            Self::Bytes(bytes) => {
                let (whole, rest) = bytes.as_chunks();
                if !rest.is_empty() {
                    return Err(WireError::UnexpectedEnd);
                }
                whole.iter().for_each(|bytes| add(f64::from_le_bytes(*bytes)));
            }
            _ => return self.wrong(field),
        }
        Ok(())
    }
}

/// The fields of a message, in the order of the bytes.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Fields<'a> {
    message: &'static str,
    rest: &'a [u8],
}

impl<'a> Fields<'a> {
    /// The fields of the message of this name.
    #[inline]
    pub(crate) fn new(message: &'static str, bytes: &'a [u8]) -> Self {
        Self { message, rest: bytes }
    }

    /// The number and content of the next field; `None` at the end.
    #[inline]
    pub(crate) fn next(&mut self) -> Result<Option<(u32, Value<'a>)>, WireError> {
        if self.rest.is_empty() {
            return Ok(None);
        }
        let key = self.varint()?;
        let (number, wire) = ((key >> 3) as i32, (key & 7) as u8);
        if number <= 0 {
            return Err(WireError::IllegalTag { message: self.message, number, wire });
        }
        let value = match wire {
            0 => Value::Varint(self.varint()?),
            1 => Value::Fixed64(u64::from_le_bytes(self.array()?)),
            2 => Value::Bytes(self.delimited()?),
            5 => {
                self.array::<4>()?;
                Value::Fixed32
            }
            wire => return Err(WireError::IllegalWireType(wire)),
        };
        Ok(Some((number as u32, value)))
    }

    #[inline]
    fn delimited(&mut self) -> Result<&'a [u8], WireError> {
        let len = usize::try_from(self.varint()?).map_err(|_| WireError::UnexpectedEnd)?;
        let (bytes, rest) = self.rest.split_at_checked(len).ok_or(WireError::UnexpectedEnd)?;
        self.rest = rest;
        Ok(bytes)
    }

    #[inline]
    fn varint(&mut self) -> Result<u64, WireError> {
        match self.rest.split_first() {
            Some((byte, rest)) if *byte < 0x80 => {
                self.rest = rest;
                Ok(u64::from(*byte))
            }
            _ => self.long_varint(),
        }
    }

    fn long_varint(&mut self) -> Result<u64, WireError> {
        let mut value = 0_u64;
        for shift in (0..64).step_by(7) {
            let (byte, rest) = self.rest.split_first().ok_or(WireError::UnexpectedEnd)?;
            self.rest = rest;
            value |= u64::from(byte & 0x7f) << shift;
            if *byte < 0x80 {
                return Ok(value);
            }
        }
        Err(WireError::Overflow)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], WireError> {
        let (array, rest) = self.rest.split_first_chunk().ok_or(WireError::UnexpectedEnd)?;
        self.rest = rest;
        Ok(*array)
    }
}

/// The signed number behind a zigzag varint.
pub(crate) fn unzigzag(value: u64) -> i64 {
    (value >> 1) as i64 ^ -((value & 1) as i64)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn first(bytes: &[u8]) -> Result<Option<(u32, Value<'_>)>, WireError> {
        Fields::new("Sample", bytes).next()
    }

    #[test]
    fn fields_and_refusals() {
        assert_eq!(first(&[]), Ok(None));
        assert_eq!(first(&[0x08, 0xac, 0x02]), Ok(Some((1, Value::Varint(300)))));
        assert_eq!(first(&[0x12, 1, 7]), Ok(Some((2, Value::Bytes(&[7])))));
        let error = |bytes| first(bytes).unwrap_err().to_string();
        assert_eq!(error(&[0x12, 2, 7]), "unexpected EOF");
        assert_eq!(error(&[0x09, 1, 2]), "unexpected EOF");
        assert_eq!(error(&[0, 0]), "proto: Sample: illegal tag 0 (wire type 0)");
        assert_eq!(error(&[0x0b]), "proto: illegal wireType 3");
        assert_eq!(
            error(&[0x08, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 1]),
            "proto: integer overflow"
        );
        let wrong = Value::Varint(1).bytes("Labels").unwrap_err();
        assert_eq!(wrong.to_string(), "proto: wrong wireType = 0 for field Labels");
    }

    #[test]
    fn lists_come_packed_and_single() {
        let mut all = Vec::new();
        Value::Bytes(&[1, 0xac, 0x02]).uints("Refs", |value| all.push(value)).unwrap();
        Value::Varint(7).uints("Refs", |value| all.push(value)).unwrap();
        assert_eq!(all, [1, 300, 7]);
        assert!(Value::Bytes(&[0; 9]).doubles("Bounds", |_| ()).is_err());
        assert_eq!([0, 1, 2, 3].map(unzigzag), [0, -1, 1, -2]);
    }
}
