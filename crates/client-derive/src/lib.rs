//! Macros of narthex-client; documented there, where they are exported.
//!
//! * `#[derive(Labels)]` on a struct: its fields are labels.
//! * `#[derive(LabelValue)]` on an enum without fields: its variants are label values.
//! * `#[metrics]` on a struct: its fields are metrics.
//!
//! Mistakes in names, labels, buckets and units are compile errors at the place of the mistake.

mod label_value;
mod labels;
mod metrics;
mod names;

use proc_macro::TokenStream;
use syn::{DeriveInput, ItemStruct, parse_macro_input};

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

/// Makes a struct a set of metrics that are registered together: see `narthex_client::metrics`.
#[proc_macro_attribute]
pub fn metrics(arguments: TokenStream, item: TokenStream) -> TokenStream {
    let arguments = parse_macro_input!(arguments as metrics::Arguments);
    let item = parse_macro_input!(item as ItemStruct);
    metrics::expand(&arguments, item).unwrap_or_else(|error| error.to_compile_error()).into()
}
