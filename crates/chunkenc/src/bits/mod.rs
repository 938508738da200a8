//! Bits in big-endian order: [`BitReader`] takes words, [`writer`] appends to tight buffers; [`varbit`] and
//! [`XorWindow`] are the number encodings on top.

mod reader;
pub mod varbit;
mod window;
pub mod writer;

pub use reader::BitReader;
pub(crate) use reader::PEEK_BITS;
pub use window::XorWindow;
