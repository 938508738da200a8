//! [`ChunkList`]: the chunks of one series, as a reader takes them along.

use std::borrow::Cow;
use std::io;
use std::sync::Arc;

use smallvec::SmallVec;

use super::{ChunkBytes, HeadFiles, Place, chunk_in};
use crate::fs::Region;

/// Chunks' bytes, kept alive by this value. A map is held once for neighbours in one file: counting references is dear when
/// all threads count on the same few maps.
#[derive(Default)]
pub(crate) struct ChunkList {
    maps: SmallVec<[(u32, Arc<dyn Region>); 2]>,
    chunks: SmallVec<[Listed; 8]>,
}

enum Listed {
    /// In a map of the list, at this offset.
    Mapped(usize, u32),
    Copied(ChunkBytes),
}

impl ChunkList {
    /// Adds the chunk at a place.
    pub(crate) fn push(&mut self, files: &HeadFiles, place: Place) -> io::Result<()> {
        if self.maps.last().is_none_or(|(file, _)| *file != place.file) || files.is_pending(place) {
            match files.get(place)? {
                ChunkBytes::Mapped(map, _) => self.maps.push((place.file, map)),
                copied => {
                    self.chunks.push(Listed::Copied(copied));
                    return Ok(());
                }
            }
        }
        self.chunks.push(Listed::Mapped(self.maps.len() - 1, place.offset));
        Ok(())
    }

    /// Encoding byte and data of each chunk; those that were added last are the oldest.
    pub(crate) fn oldest_first(&self) -> impl Iterator<Item = io::Result<(u8, Cow<'_, [u8]>)>> {
        self.chunks.iter().rev().map(|chunk| match chunk {
            Listed::Copied(bytes) => bytes.data(),
            Listed::Mapped(at, offset) => match self.maps.get(*at) {
                Some((_, map)) => chunk_in(&**map, *offset),
                None => Err(io::ErrorKind::NotFound.into()),
            },
        })
    }
}
