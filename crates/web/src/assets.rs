//! The files of the user interface, embedded at build time from `ui/dist` (see `build.rs`); read by [`Ui`](crate::Ui).

/// One embedded file.
#[derive(Debug)]
pub struct Asset {
    /// The path below `ui/dist`, with forward slashes.
    pub path: &'static str,
    /// The `Content-Type`.
    pub content_type: &'static str,
    /// The quoted entity tag.
    pub etag: &'static str,
    /// Whether the name holds a hash of the content, so that a browser may keep it for ever.
    pub immutable: bool,
    /// The bytes.
    pub raw: &'static [u8],
    /// The bytes compressed with gzip, where that is smaller.
    pub gzip: Option<&'static [u8]>,
}

/// All files, sorted by path; empty when the user interface was not built.
pub static ASSETS: &[Asset] = &include!(concat!(env!("OUT_DIR"), "/assets.rs"));

/// The file with this path.
pub fn find(path: &str) -> Option<&'static Asset> {
    let index = ASSETS.binary_search_by(|asset| asset.path.cmp(path)).ok()?;
    ASSETS.get(index)
}
