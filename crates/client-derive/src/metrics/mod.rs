//! `#[metrics]`: a struct whose fields are metrics, with functions that describe and register them.
//!
//! `options` reads the attributes of a field, `kind` its type; `buckets` checks bounds. What is a literal is checked here,
//! at its place; what is a named constant is checked by a constant expression in the output; the rest at registration.

mod buckets;
mod kind;
mod options;
#[cfg(test)]
mod tests;

use proc_macro2::TokenStream;
use quote::{ToTokens as _, quote};
use syn::ext::IdentExt as _;
use syn::parse::{Parse, ParseStream};
use syn::{Error, Field, Fields, Ident, ItemStruct, LitStr, Result, Token};

use crate::names;
use kind::Kind;
use options::Options;

/// What stands in the parentheses of `#[metrics(…)]`.
#[derive(Default)]
pub(crate) struct Arguments {
    prefix: Option<LitStr>,
    /// The static to make.
    global: Option<Ident>,
}

impl Parse for Arguments {
    fn parse(input: ParseStream<'_>) -> Result<Self> {
        let mut arguments = Self::default();
        while !input.is_empty() {
            if input.peek(Token![static]) {
                input.parse::<Token![static]>()?;
                input.parse::<Token![=]>()?;
                arguments.global = Some(input.parse()?);
            } else {
                let name: Ident = input.parse()?;
                if name != "prefix" {
                    return Err(Error::new(name.span(), "expected `prefix = \"…\"` or `static = NAME`"));
                }
                input.parse::<Token![=]>()?;
                let prefix: LitStr = input.parse()?;
                names::check_metric(&prefix.value(), prefix.span())?;
                arguments.prefix = Some(prefix);
            }
            if !input.is_empty() {
                input.parse::<Token![,]>()?;
            }
        }
        Ok(arguments)
    }
}

pub(crate) fn expand(arguments: &Arguments, mut item: ItemStruct) -> Result<TokenStream> {
    if let Some(parameter) = item.generics.params.first() {
        return Err(Error::new_spanned(parameter, "a struct of metrics has no parameters"));
    }
    let Fields::Named(fields) = &mut item.fields else {
        return Err(Error::new_spanned(&item.ident, "metrics are the named fields of a struct"));
    };
    let prefix = arguments.prefix.as_ref().map(|prefix| prefix.value() + "_").unwrap_or_default();
    let (mut seen, mut inits) = (Vec::new(), Vec::new());
    for field in &mut fields.named {
        inits.push(init(field, &prefix, &mut seen)?);
    }
    let (ident, vis) = (&item.ident, &item.vis);
    let global = arguments.global.as_ref().map(|name| {
        let doc = format!("[`{ident}`], registered in the default registry at its first use.");
        quote! {
            #[doc = #doc]
            #vis static #name: ::std::sync::LazyLock<#ident> = ::std::sync::LazyLock::new(#ident::register);
        }
    });
    Ok(quote! {
        #item

        #[allow(dead_code, reason = "which of the functions a program needs is its choice")]
        impl #ident {
            /// Registers all metrics in the default registry.
            ///
            /// # Panics
            /// When a name is taken by a different metric: a mistake in the program.
            #[track_caller]
            #vis fn register() -> Self {
                Self::register_in(::narthex_client::default_registry())
            }

            /// Registers all metrics in `registry`; those that it has already are shared.
            ///
            /// # Panics
            /// When a name is taken by a different metric: a mistake in the program.
            #[track_caller]
            #vis fn register_in(registry: &::narthex_client::Registry) -> Self {
                match Self::try_register_in(registry) {
                    ::std::result::Result::Ok(metrics) => metrics,
                    ::std::result::Result::Err(error) => ::std::panic!("{error}"),
                }
            }

            /// Registers all metrics in `registry`; those that it has already are shared.
            ///
            /// # Errors
            /// When a name is taken by a different metric; the metrics before it stay registered.
            #vis fn try_register_in(
                registry: &::narthex_client::Registry,
            ) -> ::std::result::Result<Self, ::narthex_client::RegisterError> {
                ::std::result::Result::Ok(Self { #(#inits),* })
            }
        }

        #global
    })
}

/// `field: description.try_register_in(registry)?`; takes our attributes off the field.
fn init(field: &mut Field, prefix: &str, seen: &mut Vec<String>) -> Result<TokenStream> {
    let options = Options::take(field)?;
    let Some(ident) = &field.ident else {
        return Err(Error::new_spanned(field, "metrics are the named fields of a struct"));
    };
    let kind = Kind::of(&field.ty)?;
    let (own, span) = match &options.name {
        Some(name) => (name.value(), name.span()),
        None => (ident.unraw().to_string(), ident.span()),
    };
    let mut name = format!("{prefix}{own}");
    if let Some(unit) = &options.unit {
        names::check_metric(&unit.value(), unit.span())?;
        name = names::with_unit(&name, &unit.value());
    }
    names::check_metric(&name, span)?;
    let stem = name.strip_suffix(kind.suffix()).unwrap_or(&name).to_owned();
    if seen.contains(&stem) {
        return Err(Error::new(span, format!("the metric {stem:?} is given twice")));
    }
    seen.push(stem);
    let Some(help) = &options.help else {
        return Err(Error::new(ident.span(), "a metric has a help text: write a doc comment on the field"));
    };
    let described = kind.describe(&name, help, &options, &field.ty)?;
    let ident = ident.to_token_stream();
    Ok(quote!(#ident: #described.try_register_in(registry)?))
}
