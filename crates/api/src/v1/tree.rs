//! A syntax tree as JSON, the members of each node sorted by name. Times and durations are milliseconds.

use narthex_model::Matcher;
use narthex_promql::ast::{At, DurationValue, Expr, RangeMode, VectorSelector};

use super::tree_duration::write_duration;
use crate::json::Writer;

/// Writes a node and everything below it.
pub(crate) fn write_tree(out: &mut Writer, expr: &Expr) {
    out.begin_object();
    match expr {
        Expr::Number(number) => {
            let mut text = Vec::new();
            crate::json::push_decimal(&mut text, number.value);
            out.key("type").string("numberLiteral").key("val").string(&String::from_utf8_lossy(&text));
        }
        Expr::String(string) => _ = out.key("type").string("stringLiteral").key("val").string(&string.value),
        Expr::Vector(selector) => {
            write_selector(out, selector, None);
            out.key("type").string("vectorSelector");
        }
        Expr::Matrix(matrix) => {
            write_selector(out, &matrix.vector, Some(&matrix.range));
            out.key("type").string("matrixSelector");
        }
        Expr::Subquery(subquery) => {
            child(out, "expr", &subquery.expr);
            write_duration(out, "offset", &subquery.offset);
            write_duration(out, "range", &subquery.range);
            write_edge(out, subquery.at);
            write_duration(out, "step", subquery.step.as_ref().unwrap_or(&DurationValue::ZERO));
            write_at(out, subquery.at);
            out.key("type").string("subquery");
        }
        Expr::Unary(unary) => {
            child(out, "expr", &unary.expr);
            out.key("op").string(unary.op.as_str()).key("type").string("unaryExpr");
        }
        Expr::Paren(paren) => {
            child(out, "expr", &paren.expr);
            out.key("type").string("parenExpr");
        }
        Expr::Binary(binary) => write_binary(out, binary),
        Expr::Aggregate(aggregate) => {
            child(out, "expr", &aggregate.expr);
            out.key("grouping")
                .strings(&aggregate.grouping)
                .key("op")
                .string(aggregate.op.as_str())
                .key("param");
            match &aggregate.param {
                Some(param) => write_tree(out, param),
                None => _ = out.null(),
            }
            out.key("type").string("aggregation").key("without").bool(aggregate.without);
        }
        Expr::Call(call) => {
            out.key("args").begin_array();
            call.args.iter().for_each(|arg| write_tree(out, arg));
            out.end_array().key("func").begin_object().key("argTypes");
            let types: Vec<_> = call.function.args.iter().map(|kind| kind.as_str()).collect();
            out.strings(&types).key("name").string(call.function.name);
            out.key("returnType").string(call.function.returns.as_str());
            out.key("variadic").int(variadic(call.function)).end_object().key("type").string("call");
        }
    }
    out.end_object();
}

fn child(out: &mut Writer, key: &str, expr: &Expr) {
    out.key(key);
    write_tree(out, expr);
}

/// How many arguments more than listed a function takes: -1 for any number.
fn variadic(function: &narthex_promql::functions_table::Signature) -> i64 {
    match function.max_args() {
        None => -1,
        Some(most) => most as i64 - function.min_args() as i64,
    }
}

fn write_binary(out: &mut Writer, binary: &narthex_promql::ast::Binary) {
    out.key("bool").bool(binary.return_bool);
    child(out, "lhs", &binary.left);
    out.key("matching");
    match &binary.matching {
        None => _ = out.null(),
        Some(matching) => {
            out.begin_object().key("card").string(matching.card.as_str());
            out.key("fillValues").begin_object();
            for (key, value) in [("lhs", matching.fill.left), ("rhs", matching.fill.right)] {
                out.key(key);
                match value {
                    Some(value) => _ = out.number(value),
                    None => _ = out.null(),
                }
            }
            out.end_object();
            out.key("include").strings(&matching.include).key("labels").strings(&matching.labels);
            out.key("on").bool(matching.on).end_object();
        }
    }
    out.key("op").string(binary.op.as_str());
    child(out, "rhs", &binary.right);
    out.key("type").string("binaryExpr");
}

fn write_selector(out: &mut Writer, selector: &VectorSelector, range: Option<&DurationValue>) {
    out.key("anchored").bool(selector.mode == RangeMode::Anchored).key("matchers").begin_array();
    selector.matchers.iter().for_each(|matcher| write_matcher(out, matcher));
    out.end_array().key("name").string(&selector.name);
    write_duration(out, "offset", &selector.offset);
    if let Some(range) = range {
        write_duration(out, "range", range);
    }
    out.key("smoothed").bool(selector.mode == RangeMode::Smoothed);
    write_edge(out, selector.at);
    write_at(out, selector.at);
}

fn write_matcher(out: &mut Writer, matcher: &Matcher) {
    out.begin_object().key("name").string(matcher.name()).key("type").string(matcher.op().as_str());
    out.key("value").string(matcher.value()).end_object();
}

fn write_edge(out: &mut Writer, at: Option<At>) {
    out.key("startOrEnd");
    match at {
        Some(At::Start) => out.string("start"),
        Some(At::End) => out.string("end"),
        _ => out.null(),
    };
}

fn write_at(out: &mut Writer, at: Option<At>) {
    out.key("timestamp");
    match at {
        Some(At::Timestamp(t)) => out.int(t),
        _ => out.null(),
    };
}
