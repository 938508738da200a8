//! Log lines on standard error, as `logfmt` or JSON (`--log.format`), from one severity on (`--log.level`).

use std::fmt;

use tracing::field::{Field, Visit};
use tracing::{Event, Level, Subscriber};
use tracing_subscriber::fmt::format::Writer;
use tracing_subscriber::fmt::{FmtContext, FormatEvent, FormatFields};
use tracing_subscriber::registry::LookupSpan;

/// Sets up logging for the whole process.
pub(crate) fn init(level: &str, format: &str) {
    let level = match level {
        "debug" => Level::DEBUG,
        "warn" => Level::WARN,
        "error" => Level::ERROR,
        _ => Level::INFO,
    };
    let builder = tracing_subscriber::fmt().with_max_level(level).with_writer(std::io::stderr);
    if format == "json" {
        builder.json().flatten_event(true).init();
    } else {
        builder.event_format(Logfmt).init();
    }
}

/// `time=… level=INFO source=… msg="…" key=value`
struct Logfmt;

impl<S, N> FormatEvent<S, N> for Logfmt
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    N: for<'a> FormatFields<'a> + 'static,
{
    fn format_event(&self, _: &FmtContext<'_, S, N>, mut out: Writer<'_>, event: &Event<'_>) -> fmt::Result {
        let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
        let milliseconds = i128::try_from(now.as_millis()).unwrap_or_default();
        let time = narthex_api::rfc3339_ns(milliseconds * 1_000_000);
        let metadata = event.metadata();
        write!(out, "time={time} level={} source={}", metadata.level(), metadata.target())?;
        let mut fields = Fields { message: String::new(), others: String::new() };
        event.record(&mut fields);
        write!(out, " msg={}", quoted(&fields.message))?;
        writeln!(out, "{}", fields.others)
    }
}

struct Fields {
    message: String,
    others: String,
}

impl Visit for Fields {
    fn record_str(&mut self, field: &Field, value: &str) {
        self.add(field.name(), value);
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.add(field.name(), &format!("{value:?}"));
    }
}

impl Fields {
    fn add(&mut self, name: &str, value: &str) {
        if name == "message" {
            self.message.push_str(value);
        } else {
            self.others.push_str(&format!(" {name}={}", quoted(value)));
        }
    }
}

/// The value, in quotes where it is not one plain word.
fn quoted(text: &str) -> String {
    let plain = !text.is_empty()
        && text.chars().all(|c| !c.is_whitespace() && !c.is_control() && c != '"' && c != '=');
    if plain { text.to_owned() } else { format!("{text:?}") }
}
