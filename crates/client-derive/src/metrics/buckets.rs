//! Bounds of buckets that are known when the program is compiled: numbers are checked here, named constants by the compiler.

use proc_macro2::TokenStream;
use quote::quote;
use syn::spanned::Spanned as _;
use syn::{Error, Expr, ExprUnary, Lit, Result, UnOp};

/// The call of the builder method with these bounds, checked as far as possible.
pub(super) fn call(bounds: &Expr) -> Result<TokenStream> {
    match bounds {
        Expr::Array(array) => {
            let mut before: Option<f64> = None;
            let mut floats = Vec::new();
            for bound in &array.elems {
                floats.push(number(bound).map_or_else(|| quote!(#bound), |value| quote!(#value)));
                let Some(value) = number(bound) else {
                    before = None;
                    continue;
                };
                if before.is_some_and(|before| before >= value) {
                    return Err(Error::new(
                        bound.span(),
                        format!("bucket bounds must ascend; {value} does not lie above the bound before it"),
                    ));
                }
                before = Some(value);
            }
            Ok(quote!(.buckets({
                const BOUNDS: &[f64] = &[#(#floats),*];
                const _: () = ::narthex_client::checked::buckets(BOUNDS);
                BOUNDS.iter().copied()
            })))
        }
        Expr::Path(path) => Ok(quote!(.buckets({
            const _: () = ::narthex_client::checked::buckets(&#path);
            #path.iter().copied()
        }))),
        other => Ok(quote!(.buckets(#other))),
    }
}

/// The value of a literal, with its sign.
fn number(expression: &Expr) -> Option<f64> {
    match expression {
        Expr::Lit(literal) => match &literal.lit {
            Lit::Float(float) => float.base10_parse().ok(),
            Lit::Int(int) => int.base10_parse().ok(),
            _ => None,
        },
        Expr::Unary(ExprUnary { op: UnOp::Neg(_), expr, .. }) => number(expr).map(|value| -value),
        _ => None,
    }
}
