//! `#[derive(Labels)]`.

use proc_macro2::TokenStream;
use quote::quote;
use syn::{Data, DeriveInput, Error, Fields, GenericParam, Result};

use crate::names;

pub(crate) fn expand(input: &DeriveInput) -> Result<TokenStream> {
    let Data::Struct(data) = &input.data else {
        return Err(Error::new_spanned(input, "labels are the named fields of a struct"));
    };
    let Fields::Named(fields) = &data.fields else {
        return Err(Error::new_spanned(&input.ident, "labels are the named fields of a struct"));
    };
    if let Some(other) = input.generics.params.iter().find(|p| !matches!(p, GenericParam::Lifetime(_))) {
        return Err(Error::new_spanned(other, "a label struct has no parameters but one lifetime"));
    }
    if let Some(second) = input.generics.params.iter().nth(1) {
        return Err(Error::new_spanned(second, "a label struct has no parameters but one lifetime"));
    }
    let mut seen: Vec<String> = Vec::new();
    let (mut pushes, mut checks, mut steps) = (Vec::new(), Vec::new(), Vec::new());
    for field in &fields.named {
        let Some(ident) = &field.ident else { continue };
        let name = names::of_label(&field.attrs, ident)?;
        if seen.contains(&name) {
            return Err(Error::new_spanned(ident, format!("the label {name:?} is given twice")));
        }
        seen.push(name);
        pushes.push(quote!(::narthex_client::LabelValue::push(&borrowed.#ident, values);));
        let ty = static_lifetimes(&field.ty);
        checks.push(quote!(<#ty as ::narthex_client::LabelValue>::VALUES));
        steps.push(quote!(
            index = index * <#ty as ::narthex_client::LabelValue>::VALUES
                + ::narthex_client::LabelValue::index(&borrowed.#ident);
        ));
    }
    let ident = &input.ident;
    let (own, borrowed) = if input.generics.params.is_empty() {
        (quote!(#ident), quote!(#ident))
    } else {
        (quote!(#ident<'static>), quote!(#ident<'narthex>))
    };
    Ok(quote! {
        impl ::narthex_client::LabelSet for #own {
            type Borrowed<'narthex> = #borrowed;

            const COMBINATIONS: usize = ::narthex_client::combinations(&[#(#checks),*]);

            #[inline]
            fn push(borrowed: &Self::Borrowed<'_>, values: &mut ::narthex_client::LabelValues) {
                #(#pushes)*
            }

            #[inline]
            fn index(borrowed: &Self::Borrowed<'_>) -> usize {
                let mut index = 0;
                #(#steps)*
                index
            }
        }

        impl ::narthex_client::Labels for #own {
            const NAMES: &'static [&'static str] = &[#(#seen),*];
        }
    })
}

/// The type with every lifetime replaced by `'static`.
fn static_lifetimes(ty: &syn::Type) -> TokenStream {
    replace(quote!(#ty))
}

fn replace(tokens: TokenStream) -> TokenStream {
    use proc_macro2::{Group, Ident, Span, TokenTree};
    let mut out: Vec<TokenTree> = Vec::new();
    let mut tokens = tokens.into_iter().peekable();
    while let Some(token) = tokens.next() {
        match token {
            TokenTree::Punct(punct) if punct.as_char() == '\'' => {
                tokens.next();
                out.push(TokenTree::Punct(punct));
                out.push(TokenTree::Ident(Ident::new("static", Span::call_site())));
            }
            TokenTree::Punct(punct) if punct.as_char() == '&' => {
                out.push(TokenTree::Punct(punct));
                let has_lifetime =
                    matches!(tokens.peek(), Some(TokenTree::Punct(next)) if next.as_char() == '\'');
                if !has_lifetime {
                    out.extend(quote!('static));
                }
            }
            TokenTree::Group(group) => {
                out.push(TokenTree::Group(Group::new(group.delimiter(), replace(group.stream()))));
            }
            other => out.push(other),
        }
    }
    out.into_iter().collect()
}

#[cfg(test)]
mod tests {
    fn refused(item: &str) -> String {
        match super::expand(&syn::parse_str(item).unwrap()) {
            Ok(output) => panic!("accepted: {output}"),
            Err(error) => error.to_string(),
        }
    }

    #[test]
    fn mistakes_are_named() {
        for (item, message) in [
            ("struct L { __a: u8 }", "\"__a\" is not a label name"),
            ("struct L { #[label(name = \"\")] a: u8 }", "\"\" is not a label name"),
            ("struct L { le: u8 }", "the label \"le\" is reserved"),
            ("struct L { a: u8, #[label(name = \"a\")] b: u8 }", "the label \"a\" is given twice"),
            ("struct L { #[label(nam = \"a\")] b: u8 }", "expected `name"),
            ("struct L<T> { a: T }", "no parameters but one lifetime"),
            ("struct L<'a, 'b> { a: &'a str, b: &'b str }", "no parameters but one lifetime"),
            ("struct L(u8);", "named fields"),
            ("enum L { A }", "named fields"),
        ] {
            let found = refused(item);
            assert!(found.contains(message), "{item}: {found}");
        }
    }
}
