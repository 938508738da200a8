//! Exemplars from the current `tracing` span: a layer that remembers each span's trace, and the lookup of the current one.
//!
//! ```
//! use narthex_client::{Counter, Registry, tracing::ExemplarLayer};
//! use tracing_subscriber::layer::SubscriberExt as _;
//!
//! let counter = Counter::new("jobs", "Jobs done.").register_in(&Registry::new());
//! let subscriber = tracing_subscriber::registry().with(ExemplarLayer::default());
//! tracing::subscriber::with_default(subscriber, || {
//!     let span = tracing::info_span!("job", trace_id = "4bf92f3577b34da6a3ce929d0e0e4736");
//!     let _entered = span.enter();
//!     counter.inc_traced();
//! });
//! ```

use std::cell::RefCell;
use std::fmt;

use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing_subscriber::layer::{Context, Layer};
use tracing_subscriber::registry::LookupSpan;

thread_local! {
    /// The traces of the spans that this thread is in, innermost last.
    static ENTERED: RefCell<Vec<Option<Trace>>> = const { RefCell::new(Vec::new()) };
}

/// What a span says of its trace.
#[derive(Debug, Clone, Default, PartialEq)]
struct Trace {
    trace_id: Option<String>,
    span_id: Option<String>,
}

/// Remembers the fields `trace_id` and `span_id` of every span; a span without them has those of its parent.
#[derive(Debug, Clone, Copy, Default)]
pub struct ExemplarLayer;

impl Visit for Trace {
    fn record_str(&mut self, field: &Field, value: &str) {
        match field.name() {
            "trace_id" => self.trace_id = Some(value.to_owned()),
            "span_id" => self.span_id = Some(value.to_owned()),
            _ => {}
        }
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        if matches!(field.name(), "trace_id" | "span_id") {
            // `%id` arrives here too, and prints without quotes.
            self.record_str(field, &format!("{value:?}"));
        }
    }
}

impl<S: tracing::Subscriber + for<'a> LookupSpan<'a>> Layer<S> for ExemplarLayer {
    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, context: Context<'_, S>) {
        let Some(span) = context.span(id) else { return };
        let mut trace =
            span.parent().and_then(|parent| parent.extensions().get::<Trace>().cloned()).unwrap_or_default();
        attributes.record(&mut trace);
        span.extensions_mut().replace(trace);
    }

    fn on_record(&self, id: &Id, values: &Record<'_>, context: Context<'_, S>) {
        let Some(span) = context.span(id) else { return };
        if let Some(trace) = span.extensions_mut().get_mut::<Trace>() {
            values.record(trace);
        }
    }

    fn on_enter(&self, id: &Id, context: Context<'_, S>) {
        let trace = context.span(id).and_then(|span| span.extensions().get::<Trace>().cloned());
        ENTERED.with_borrow_mut(|entered| entered.push(trace));
    }

    fn on_exit(&self, _: &Id, _: Context<'_, S>) {
        ENTERED.with_borrow_mut(Vec::pop);
    }
}

/// Hands on the exemplar labels of the current span; none outside of a span with a trace.
pub(crate) fn with_current<T>(each: impl FnOnce(&[(&str, &str)]) -> T) -> T {
    let trace = ENTERED.try_with(|entered| entered.borrow().last().cloned().flatten()).ok().flatten();
    let trace = trace.unwrap_or_default();
    let labels: Vec<(&str, &str)> = [("trace_id", &trace.trace_id), ("span_id", &trace.span_id)]
        .into_iter()
        .filter_map(|(name, value)| value.as_deref().map(|value| (name, value)))
        .collect();
    each(&labels)
}

#[cfg(test)]
mod tests {
    use tracing_subscriber::layer::SubscriberExt as _;

    use super::*;
    use crate::{Histogram, Registry};

    #[test]
    fn spans_inherit_their_trace() {
        let registry = Registry::new();
        let histogram = Histogram::new("h", "").buckets([1.0]).register_in(&registry);
        let subscriber = tracing_subscriber::registry().with(ExemplarLayer);
        tracing::subscriber::with_default(subscriber, || {
            histogram.observe_traced((), 5.0);
            let outer = tracing::info_span!("outer", trace_id = %"abc");
            let _outer = outer.enter();
            let inner = tracing::info_span!("inner", span_id = "def");
            let _inner = inner.enter();
            histogram.observe_traced((), 0.5);
        });
        let page = registry.encode(crate::Protocol::OpenMetrics100, crate::EscapingScheme::AllowUtf8);
        let page = String::from_utf8(page).unwrap();
        assert!(page.contains("h_bucket{le=\"1.0\"} 1 # {span_id=\"def\",trace_id=\"abc\"} 0.5 "), "{page}");
        assert!(page.contains("h_bucket{le=\"+Inf\"} 2\n"), "{page}");
    }
}
