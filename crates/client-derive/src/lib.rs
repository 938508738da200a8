//! Derive macros of narthex-client; documented there, where they are exported.
//!
//! * `#[derive(Labels)]` on a struct: its fields are labels.
//! * `#[derive(LabelValue)]` on an enum without fields: its variants are label values.
//!
//! Mistakes in names are compile errors at the place of the mistake.

mod label_value;
mod labels;
mod names;

use proc_macro::TokenStream;
use syn::{DeriveInput, parse_macro_input};

/// Makes a struct a set of labels: see `narthex_client::Labels`.
#[proc_macro_derive(Labels, attributes(label))]
pub fn derive_labels(input: TokenStream) -> TokenStream {
    let input = parse_macro_input!(input as DeriveInput);
    labels::expand(&input).unwrap_or_else(|error| error.to_compile_error()).into()
}

/// Makes an enum without fields a label value: see `narthex_client::LabelValue`.
#[proc_macro_derive(LabelValue, attributes(label))]
pub fn derive_label_value(input: TokenStream) -> TokenStream {
    let input = parse_macro_input!(input as DeriveInput);
    label_value::expand(&input).unwrap_or_else(|error| error.to_compile_error()).into()
}
