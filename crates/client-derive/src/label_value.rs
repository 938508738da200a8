//! `#[derive(LabelValue)]`.

use proc_macro2::TokenStream;
use quote::quote;
use syn::ext::IdentExt as _;
use syn::{Data, DeriveInput, Error, Fields, Result};

use crate::names;

pub(crate) fn expand(input: &DeriveInput) -> Result<TokenStream> {
    let Data::Enum(data) = &input.data else {
        return Err(Error::new_spanned(input, "a label value is an enum without fields"));
    };
    if let Some(parameter) = input.generics.params.first() {
        return Err(Error::new_spanned(parameter, "a label value has no parameters"));
    }
    let (mut arms, mut indices, mut seen) = (Vec::new(), Vec::new(), Vec::new());
    for (index, variant) in data.variants.iter().enumerate() {
        if !matches!(variant.fields, Fields::Unit) {
            return Err(Error::new_spanned(variant, "a label value is an enum without fields"));
        }
        let ident = &variant.ident;
        let text = match names::given(&variant.attrs)? {
            Some(literal) => literal.value(),
            None => names::snake_case(&ident.unraw().to_string()),
        };
        if seen.contains(&text) {
            return Err(Error::new_spanned(ident, format!("the label value {text:?} is given twice")));
        }
        arms.push(quote!(Self::#ident => #text));
        indices.push(quote!(Self::#ident => #index));
        seen.push(text);
    }
    let ident = &input.ident;
    let count = seen.len();
    if count == 0 {
        return Err(Error::new_spanned(ident, "a label value has at least one variant"));
    }
    Ok(quote! {
        impl ::narthex_client::LabelValue for #ident {
            const VALUES: usize = #count;

            #[inline]
            fn push(&self, values: &mut ::narthex_client::LabelValues) {
                values.push(match self { #(#arms),* });
            }

            #[inline]
            fn index(&self) -> usize {
                match self { #(#indices),* }
            }
        }
    })
}

#[cfg(test)]
mod tests {
    #[test]
    fn mistakes_are_named() {
        for (item, message) in [
            ("enum V { A(u8) }", "an enum without fields"),
            ("struct V { a: u8 }", "an enum without fields"),
            ("enum V {}", "at least one variant"),
            ("enum V<T> { A }", "no parameters"),
            ("enum V { A, #[label(name = \"a\")] B }", "the label value \"a\" is given twice"),
        ] {
            match super::expand(&syn::parse_str(item).unwrap()) {
                Ok(output) => panic!("accepted: {output}"),
                Err(error) => assert!(error.to_string().contains(message), "{item}: {error}"),
            }
        }
    }
}
