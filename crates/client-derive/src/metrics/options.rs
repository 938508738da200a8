//! The attributes of a field: `#[metric(…)]`, and the doc comment as help text.

use syn::meta::ParseNestedMeta;
use syn::punctuated::Punctuated;
use syn::{Attribute, Error, Expr, ExprLit, Field, Ident, Lit, LitStr, Meta, Result, Token, bracketed};

/// What was said of a metric beside its type.
#[derive(Default)]
pub(super) struct Options {
    pub(super) name: Option<LitStr>,
    pub(super) help: Option<String>,
    pub(super) unit: Option<LitStr>,
    pub(super) labels: Option<Vec<LitStr>>,
    pub(super) states: Option<Vec<LitStr>>,
    /// `const_labels(name = value, …)`, or the `facts(…)` of an info.
    pub(super) pairs: Vec<(Ident, Expr)>,
    /// The other options, in the order given: each is the builder method of the same name.
    pub(super) calls: Vec<(Ident, Expr)>,
}

/// Options that are builder methods with one value.
const CALLS: [&str; 8] = [
    "buckets",
    "native",
    "native_zero_threshold",
    "native_max_buckets",
    "quantiles",
    "window",
    "max_series",
    "expire_after",
];

impl Options {
    /// Reads a field's options and removes their attributes.
    pub(super) fn take(field: &mut Field) -> Result<Self> {
        let mut options = Self { help: doc(&field.attrs), ..Self::default() };
        for attribute in field.attrs.iter().filter(|attribute| attribute.path().is_ident("metric")) {
            attribute.parse_nested_meta(|meta| options.set(&meta))?;
        }
        field.attrs.retain(|attribute| !attribute.path().is_ident("metric"));
        Ok(options)
    }

    fn set(&mut self, meta: &ParseNestedMeta<'_>) -> Result<()> {
        let Some(key) = meta.path.get_ident().cloned() else {
            return Err(meta.error("expected an option, for example `unit = \"seconds\"`"));
        };
        match key.to_string().as_str() {
            "name" => self.name = Some(meta.value()?.parse()?),
            "help" => self.help = Some(meta.value()?.parse::<LitStr>()?.value()),
            "unit" => self.unit = Some(meta.value()?.parse()?),
            "labels" => self.labels = Some(strings(meta)?),
            "states" => self.states = Some(strings(meta)?),
            "const_labels" | "facts" => meta.parse_nested_meta(|pair| {
                let Some(name) = pair.path.get_ident().cloned() else {
                    return Err(pair.error("expected `name = \"value\"`"));
                };
                self.pairs.push((name, pair.value()?.parse()?));
                Ok(())
            })?,
            known if CALLS.contains(&known) => self.calls.push((key, meta.value()?.parse()?)),
            other => {
                return Err(meta.error(format!(
                    "unknown option {other:?}; there are name, help, unit, labels, const_labels, buckets, native, \
                     native_zero_threshold, native_max_buckets, quantiles, window, max_series, expire_after, facts \
                     and states"
                )));
            }
        }
        Ok(())
    }

    /// The value of a builder option.
    pub(super) fn call(&self, name: &str) -> Option<&Expr> {
        self.calls.iter().find(|(key, _)| key == name).map(|(_, value)| value)
    }

    /// Refuses builder options that are not among `known`.
    pub(super) fn only(&self, known: &[&str], metric: &str) -> Result<()> {
        match self.calls.iter().find(|(key, _)| !known.contains(&key.to_string().as_str())) {
            Some((key, _)) => Err(Error::new(key.span(), format!("a {metric} has no option `{key}`"))),
            None => Ok(()),
        }
    }
}

/// `= ["a", "b"]`
fn strings(meta: &ParseNestedMeta<'_>) -> Result<Vec<LitStr>> {
    let value = meta.value()?;
    let content;
    bracketed!(content in value);
    let list = Punctuated::<LitStr, Token![,]>::parse_terminated(&content)?;
    Ok(list.into_iter().collect())
}

/// The lines of the doc comment as one; `None` when there is no text.
fn doc(attributes: &[Attribute]) -> Option<String> {
    let mut lines = Vec::new();
    for attribute in attributes {
        if let Meta::NameValue(pair) = &attribute.meta
            && pair.path.is_ident("doc")
            && let Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) = &pair.value
        {
            lines.extend(text.value().split('\n').map(|line| line.trim().to_owned()));
        }
    }
    // As in rustdoc, the first paragraph is the summary.
    let summary: Vec<String> =
        lines.into_iter().skip_while(String::is_empty).take_while(|line| !line.is_empty()).collect();
    (!summary.is_empty()).then(|| summary.join(" "))
}
