//! The marks of the library, side by side with the other Rust clients: `cargo bench -p narthex-client` prints one table, in
//! Markdown. An argument runs only the rows whose names contain it.
//!
//! A figure is the best of many short runs: what the code takes when nothing else runs. Rows with two threads give the
//! time an operation takes on each of them.

mod measure;
mod memory;
mod operations;
mod page;
mod rivals;
mod table;

fn main() {
    let wanted = std::env::args().skip(1).find(|argument| !argument.starts_with("--")).unwrap_or_default();
    let mut table = table::Table::new(wanted);
    operations::counters(&mut table);
    operations::histograms(&mut table);
    operations::lookups(&mut table);
    page::encoding(&mut table);
    memory::bytes(&mut table);
    table.print();
}
