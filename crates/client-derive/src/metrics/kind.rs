//! The metric types, recognised by the last segment of a field's type, and how each is described.

use proc_macro2::TokenStream;
use quote::quote;
use syn::ext::IdentExt as _;
use syn::spanned::Spanned as _;
use syn::{Error, GenericArgument, Ident, LitStr, PathArguments, Result, Type};

use super::buckets;
use super::options::Options;
use crate::names;

/// A metric type of narthex-client.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Kind {
    Counter,
    FloatCounter,
    Gauge,
    Histogram,
    Summary,
    Info,
    StateSet,
}

impl Kind {
    const ALL: [Self; 7] = [
        Self::Counter,
        Self::FloatCounter,
        Self::Gauge,
        Self::Histogram,
        Self::Summary,
        Self::Info,
        Self::StateSet,
    ];

    fn as_str(self) -> &'static str {
        match self {
            Self::Counter => "Counter",
            Self::FloatCounter => "FloatCounter",
            Self::Gauge => "Gauge",
            Self::Histogram => "Histogram",
            Self::Summary => "Summary",
            Self::Info => "Info",
            Self::StateSet => "StateSet",
        }
    }

    /// What the library adds to the name if it is missing.
    pub(super) fn suffix(self) -> &'static str {
        match self {
            Self::Counter | Self::FloatCounter => "_total",
            Self::Info => "_info",
            _ => "",
        }
    }

    /// The builder options that the type has.
    fn options(self) -> &'static [&'static str] {
        match self {
            Self::Histogram => &[
                "buckets",
                "native",
                "native_zero_threshold",
                "native_max_buckets",
                "max_series",
                "expire_after",
            ],
            Self::Summary => &["quantiles", "window", "max_series", "expire_after"],
            Self::Info | Self::StateSet => &[],
            _ => &["max_series", "expire_after"],
        }
    }

    /// The kind of a field's type.
    pub(super) fn of(ty: &Type) -> Result<Self> {
        let last = match ty {
            Type::Path(path) => path.path.segments.last(),
            _ => None,
        };
        last.and_then(|last| Self::ALL.into_iter().find(|kind| last.ident == kind.as_str())).ok_or_else(|| {
            Error::new(
                ty.span(),
                "not a metric type; there are Counter, FloatCounter, Gauge, Histogram, Summary, Info and StateSet",
            )
        })
    }

    /// The expression that makes the metric.
    pub(super) fn describe(
        self,
        name: &str,
        help: &str,
        options: &Options,
        ty: &Type,
    ) -> Result<TokenStream> {
        options.only(self.options(), self.as_str())?;
        let metric = Ident::new(self.as_str(), ty.span());
        if let Some(states) = options.states.as_ref().filter(|_| self != Self::StateSet) {
            return Err(misplaced(states, "states", "StateSet"));
        }
        let mut made = match self {
            Self::StateSet => {
                let states =
                    options.states.as_ref().filter(|states| !states.is_empty()).ok_or_else(|| {
                        Error::new(
                            ty.span(),
                            "a state set has states: #[metric(states = [\"idle\", \"busy\"])]",
                        )
                    })?;
                unique(states, "state")?;
                quote!(::narthex_client::StateSet::new(#name, #help, [#(#states),*]))
            }
            _ => quote!(::narthex_client::#metric::new(#name, #help)),
        };
        made.extend(self.labels(options, ty)?);
        if let Some(unit) = &options.unit {
            if matches!(self, Self::Info | Self::StateSet) {
                return Err(Error::new(unit.span(), format!("{} metrics have no unit", self.as_str())));
            }
            made.extend(quote!(.unit(#unit)));
        }
        for (key, value) in &options.pairs {
            let label = key.unraw().to_string();
            names::check_label(&label, key.span())?;
            made.extend(match self {
                Self::Info => quote!(.fact(#label, #value)),
                Self::StateSet => return Err(Error::new(key.span(), "a StateSet has no constant labels")),
                _ => quote!(.const_label(#label, #value)),
            });
        }
        if let Some(bounds) = options.call("buckets") {
            made.extend(buckets::call(bounds)?);
        }
        for (key, value) in options.calls.iter().filter(|(key, _)| key != "buckets") {
            made.extend(quote!(.#key(#value)));
        }
        Ok(made)
    }

    /// `.with_labels([…])` or `.labelled::<T>()`, if the type has labels.
    fn labels(self, options: &Options, ty: &Type) -> Result<TokenStream> {
        let parameter = parameter(ty);
        if let Some(labels) = &options.labels {
            if matches!(self, Self::Info | Self::StateSet) {
                return Err(misplaced(labels, "labels", "metric with label values"));
            }
            if parameter.is_none() {
                let (kind, count) = (self.as_str(), labels.len());
                return Err(Error::new(
                    ty.span(),
                    format!("a metric with these labels has the type {kind}<Plain<{count}>>"),
                ));
            }
            for label in labels {
                names::check_label(&label.value(), label.span())?;
            }
            unique(labels, "label")?;
            return Ok(quote!(.with_labels([#(#labels),*])));
        }
        match parameter {
            Some(Type::Path(path)) if path.path.segments.last().is_some_and(|last| last.ident == "Plain") => {
                Err(Error::new(
                    ty.span(),
                    "the names of plain labels are missing: #[metric(labels = [\"…\"])]",
                ))
            }
            Some(labels) => Ok(quote!(.labelled::<#labels>())),
            None => Ok(TokenStream::new()),
        }
    }
}

/// The type's parameter, unless it is `()`.
fn parameter(ty: &Type) -> Option<&Type> {
    let Type::Path(path) = ty else { return None };
    let PathArguments::AngleBracketed(arguments) = &path.path.segments.last()?.arguments else { return None };
    match arguments.args.first()? {
        GenericArgument::Type(Type::Tuple(tuple)) if tuple.elems.is_empty() => None,
        GenericArgument::Type(labels) => Some(labels),
        _ => None,
    }
}

fn unique(strings: &[LitStr], what: &str) -> Result<()> {
    for (at, string) in strings.iter().enumerate() {
        if strings.iter().take(at).any(|earlier| earlier.value() == string.value()) {
            return Err(Error::new(string.span(), format!("the {what} {:?} is given twice", string.value())));
        }
    }
    Ok(())
}

fn misplaced(strings: &[LitStr], option: &str, owner: &str) -> Error {
    let span = strings.first().map_or_else(proc_macro2::Span::call_site, LitStr::span);
    Error::new(span, format!("`{option}` is an option of a {owner}"))
}
