//! The symbol table of an index: sorted strings by number, for readers of a mapped file.

use super::SAMPLE_EVERY;
use crate::codec::{Cursor, sum_is};

/// The symbols of one index; holds the places of every 32nd.
#[derive(Debug, Default)]
pub(super) struct Symbols {
    /// Whether numbers are offsets (index version 1).
    by_offset: bool,
    count: u32,
    /// Offsets in the file of every [`SAMPLE_EVERY`]th symbol.
    samples: Vec<u32>,
}

impl Symbols {
    /// Reads the table at `start` of the index `file`; `None` when it is damaged.
    pub(super) fn read(file: &[u8], start: u64, by_offset: bool) -> Option<Self> {
        let section = section(file, start)?;
        let base = usize::try_from(start).ok()? + 4;
        let mut cursor = Cursor::new(section);
        let count = cursor.u32()?;
        let mut samples = Vec::with_capacity((count as usize / SAMPLE_EVERY + 1).min(section.len()));
        for index in 0..count {
            if (index as usize).is_multiple_of(SAMPLE_EVERY) {
                samples.push(u32::try_from(base + section.len() - cursor.rest().len()).ok()?);
            }
            cursor.str()?;
        }
        Some(Self { by_offset, count, samples })
    }

    /// The symbol with this number.
    pub(super) fn get<'a>(&self, file: &'a [u8], number: u32) -> Option<&'a str> {
        if self.by_offset {
            return Cursor::new(file.get(number as usize..)?).str();
        }
        if number >= self.count {
            return None;
        }
        let sample = *self.samples.get(number as usize / SAMPLE_EVERY)?;
        let mut cursor = Cursor::new(file.get(sample as usize..)?);
        for _ in 0..number as usize % SAMPLE_EVERY {
            cursor.prefixed()?;
        }
        cursor.str()
    }

    /// All symbols with their numbers, in order.
    pub(super) fn all<'a>(&self, file: &'a [u8]) -> Option<Vec<(u32, &'a str)>> {
        let start = *self.samples.first()? as usize;
        let mut cursor = Cursor::new(file.get(start..)?);
        let mut all = Vec::with_capacity(self.count as usize);
        for index in 0..self.count {
            let at = (file.len() - cursor.rest().len()) as u32;
            all.push((if self.by_offset { at } else { index }, cursor.str()?));
        }
        Some(all)
    }
}

/// The content of the section at `start`: what is between its length and its check sum, which must be right.
pub(super) fn section(file: &[u8], start: u64) -> Option<&[u8]> {
    let mut cursor = Cursor::new(file.get(usize::try_from(start).ok()?..)?);
    let len = cursor.u32()?;
    let body = cursor.bytes(len as usize)?;
    sum_is(body, cursor.u32()?).then_some(body)
}
