//! Names of fields and variants: `#[label(name = "…")]`, or the identifier; checked as label names.

use proc_macro2::Span;
use syn::ext::IdentExt as _;
use syn::{Attribute, Error, Ident, LitStr, Result};

/// The text of `#[label(name = "…")]`, if it is there.
pub(crate) fn given(attributes: &[Attribute]) -> Result<Option<LitStr>> {
    let mut name = None;
    for attribute in attributes.iter().filter(|attribute| attribute.path().is_ident("label")) {
        attribute.parse_nested_meta(|meta| {
            if !meta.path.is_ident("name") {
                return Err(meta.error("expected `name = \"…\"`"));
            }
            name = Some(meta.value()?.parse::<LitStr>()?);
            Ok(())
        })?;
    }
    Ok(name)
}

/// The name of a label: as given, else the field's.
pub(crate) fn of_label(attributes: &[Attribute], field: &Ident) -> Result<String> {
    let given = given(attributes)?;
    let (name, span) = match &given {
        Some(literal) => (literal.value(), literal.span()),
        None => (field.unraw().to_string(), field.span()),
    };
    check_label(&name, span)?;
    Ok(name)
}

/// Refuses what cannot be a label of every metric type.
pub(crate) fn check_label(name: &str, span: Span) -> Result<()> {
    if name.is_empty() || name.starts_with("__") {
        return Err(Error::new(
            span,
            format!("{name:?} is not a label name: it must not be empty or start with __"),
        ));
    }
    if matches!(name, "le" | "quantile") {
        return Err(Error::new(span, format!("the label {name:?} is reserved for histograms and summaries")));
    }
    Ok(())
}

/// Refuses what is not the name of a metric. UTF-8 names may hold more, but nobody means a blank or a brace.
pub(crate) fn check_metric(name: &str, span: Span) -> Result<()> {
    let odd =
        |c: char| c.is_whitespace() || c.is_control() || matches!(c, '{' | '}' | '"' | ',' | '=' | '\\');
    if name.is_empty() || name.contains(odd) {
        return Err(Error::new(
            span,
            format!(
                "{name:?} is not a metric name: it must not be empty or hold blanks, quotes, commas or braces"
            ),
        ));
    }
    Ok(())
}

/// The name with the unit at its end, before a `_total`.
pub(crate) fn with_unit(name: &str, unit: &str) -> String {
    let (stem, total) = name.strip_suffix("_total").map_or((name, ""), |stem| (stem, "_total"));
    if stem == unit || stem.strip_suffix(unit).is_some_and(|rest| rest.ends_with(['_', '.'])) {
        return name.to_owned();
    }
    format!("{stem}_{unit}{total}")
}

/// `InternalServerError` as `internal_server_error`.
pub(crate) fn snake_case(name: &str) -> String {
    let mut out = String::new();
    let mut before: Option<char> = None;
    let mut rest = name.chars().peekable();
    while let Some(c) = rest.next() {
        let starts_word = c.is_uppercase()
            && before.is_some_and(|before| {
                before.is_lowercase()
                    || before.is_numeric()
                    || rest.peek().is_some_and(|next| next.is_lowercase())
            });
        if starts_word {
            out.push('_');
        }
        out.extend(c.to_lowercase());
        before = Some(c);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn snake() {
        for (from, to) in [
            ("Get", "get"),
            ("InternalError", "internal_error"),
            ("HTTPError", "http_error"),
            ("V2Api", "v2_api"),
        ] {
            assert_eq!(snake_case(from), to);
        }
    }
}
