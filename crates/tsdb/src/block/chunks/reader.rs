//! [`ChunkReader`]: chunk references → bytes of the mapped segments.

use std::borrow::Cow;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::{HEADER_SIZE, MAGIC, VERSION};
use crate::block::BlockError;
use crate::codec::{Cursor, sum_is};
use crate::fs::{Fs, Region};

/// The mapped chunk segments of a block.
pub(crate) struct ChunkReader {
    dir: PathBuf,
    segments: Vec<Arc<dyn Region>>,
}

impl ChunkReader {
    pub(crate) fn open(fs: &dyn Fs, dir: &Path) -> Result<Self, BlockError> {
        let mut names = if fs.exists(dir) { fs.list(dir).map_err(BlockError::io(dir))? } else { Vec::new() };
        names.retain(|name| name.len() >= 6 && name.bytes().all(|byte| byte.is_ascii_digit()));
        names.sort_unstable();
        let mut segments = Vec::new();
        for name in names {
            let path = dir.join(name);
            let region = fs.map(&path).map_err(BlockError::io(&path))?;
            let header = region.bytes(0, HEADER_SIZE as usize).map_err(BlockError::io(&path))?;
            if header.get(..4) != Some(&MAGIC.to_be_bytes()) || header.get(4) != Some(&VERSION) {
                return Err(BlockError::corrupt(&path, "not a chunk segment of version 1"));
            }
            drop(header);
            segments.push(region);
        }
        Ok(Self { dir: dir.to_owned(), segments })
    }

    /// Bytes of all segments.
    pub(crate) fn size(&self) -> u64 {
        self.segments.iter().map(|segment| segment.size()).sum()
    }

    /// Calls `visit` with encoding and data of the chunk at `reference`, after checking its sum.
    pub(crate) fn with<R>(
        &self,
        reference: u64,
        visit: impl FnOnce(u8, &[u8]) -> R,
    ) -> Result<R, BlockError> {
        let bytes = self.chunk(reference).ok_or_else(|| {
            let reason =
                format!("no chunk at offset {} of segment {}", reference as u32, (reference >> 32) + 1);
            BlockError::corrupt(&self.dir, reason)
        })?;
        let split = bytes.split_last_chunk::<4>();
        let body = split.filter(|(body, crc)| sum_is(body, u32::from_be_bytes(**crc))).map(|(body, _)| body);
        let Some((encoding, data)) = body.and_then(<[u8]>::split_first) else {
            let reason = format!("wrong check sum of the chunk at offset {}", reference as u32);
            return Err(BlockError::corrupt(&self.dir, reason));
        };
        Ok(visit(*encoding, data))
    }

    /// Encoding, data and check sum.
    fn chunk(&self, reference: u64) -> Option<Cow<'_, [u8]>> {
        let region = self.segments.get((reference >> 32) as usize)?;
        let offset = u64::from(reference as u32);
        let head = region.bytes(offset, region.size().checked_sub(offset)?.min(5) as usize).ok()?;
        let mut cursor = Cursor::new(&head);
        let len = usize::try_from(cursor.uvarint()?).ok()?;
        let start = offset + (head.len() - cursor.rest().len()) as u64;
        region.bytes(start, len.checked_add(5)?).ok()
    }
}
