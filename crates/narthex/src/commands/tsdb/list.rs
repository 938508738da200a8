//! `narthex tsdb list`: the blocks of a data directory.

use std::path::Path;

use narthex_tsdb::ReadOnlyDb;

use super::table::print_blocks;

pub(super) fn run(path: &Path, human_readable: bool) -> Result<(), String> {
    let db = ReadOnlyDb::open(path).map_err(|error| error.to_string())?;
    print_blocks(&db.blocks(), true, human_readable);
    Ok(())
}
