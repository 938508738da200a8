//! [`Flags`]: the server's flags, read, checked and typed.

use std::collections::BTreeMap;

use clap::ArgMatches;
use clap::parser::ValueSource;
use narthex_model::duration;

use super::table::{FLAGS, Flag, Kind};

/// A flag that cannot be used.
#[derive(Debug, thiserror::Error)]
pub(crate) enum FlagError {
    /// Its value is not what it takes.
    #[error("--{flag}: \"{value}\": {expected}")]
    Value {
        /// The flag.
        flag: &'static str,
        /// What was given.
        value: String,
        /// What it takes.
        expected: String,
    },
    /// It asks for something that does not exist here.
    #[error("{0}")]
    Unsupported(&'static str),
}

/// The value of each flag as text, and which were given.
#[derive(Debug, Clone)]
pub(crate) struct Flags {
    values: BTreeMap<&'static str, Vec<String>>,
    given: Vec<&'static str>,
}

impl Flags {
    /// Reads and checks all flags.
    pub(crate) fn read(matches: &ArgMatches) -> Result<Self, FlagError> {
        if matches.contains_id("agent") {
            return Err(FlagError::Unsupported(
                "--agent: the agent mode (scrape and forward, without storage) is not built yet; start without it to \
                 scrape and store locally",
            ));
        }
        let (mut values, mut given) = (BTreeMap::new(), Vec::new());
        for flag in FLAGS {
            if matches.value_source(flag.name) == Some(ValueSource::CommandLine) {
                given.push(flag.name);
            }
            let mut found: Vec<String> =
                matches.get_many::<String>(flag.name).map(|all| all.cloned().collect()).unwrap_or_default();
            if flag.kind == Kind::Bool && matches.get_flag(&format!("no-{}", flag.name)) {
                found = vec!["false".to_owned()];
                given.push(flag.name);
            }
            if found.is_empty() {
                found.push(flag.default.to_owned());
            }
            for value in &found {
                check(flag, value)?;
            }
            values.insert(flag.name, found);
        }
        Ok(Self { values, given })
    }

    /// Whether the command line has the flag.
    pub(crate) fn is_given(&self, name: &str) -> bool {
        self.given.contains(&name)
    }

    /// The value as text; the last one when there are several.
    pub(crate) fn text(&self, name: &str) -> &str {
        self.values.get(name).and_then(|values| values.last()).map_or("", String::as_str)
    }

    /// All values.
    pub(crate) fn texts(&self, name: &str) -> Vec<&str> {
        self.values.get(name).map(|values| values.iter().map(String::as_str).collect()).unwrap_or_default()
    }

    /// A truth value.
    pub(crate) fn bool(&self, name: &str) -> bool {
        self.text(name) == "true"
    }

    /// A whole number.
    pub(crate) fn count(&self, name: &str) -> usize {
        self.text(name).parse().unwrap_or_default()
    }

    /// A duration in milliseconds.
    pub(crate) fn duration_ms(&self, name: &str) -> i64 {
        duration::parse_ms(self.text(name)).unwrap_or_default()
    }

    /// A number of bytes.
    pub(crate) fn size(&self, name: &str) -> u64 {
        read_size(self.text(name)).unwrap_or_default()
    }

    /// The features of all `--enable-feature`.
    pub(crate) fn features(&self) -> Vec<&str> {
        let lists = self.texts("enable-feature").into_iter().flat_map(|list| list.split(','));
        lists.map(str::trim).filter(|feature| !feature.is_empty()).collect()
    }

    /// Whether a feature is on.
    pub(crate) fn has_feature(&self, name: &str) -> bool {
        self.features().contains(&name)
    }

    /// Whether start timestamps are read from pages, which makes protobuf the protocol that is asked for first.
    pub(crate) fn reads_start_timestamps(&self) -> bool {
        self.has_feature("st-storage") || self.has_feature("created-timestamp-zero-ingestion")
    }

    /// The flags that were given and change nothing, with the reason.
    pub(crate) fn given_without_effect(&self) -> impl Iterator<Item = (&'static str, &'static str)> {
        FLAGS.iter().filter(|flag| self.given.contains(&flag.name)).filter_map(|flag| match flag.effect {
            super::table::Effect::Without(why) => Some((flag.name, why)),
            super::table::Effect::Obeyed => None,
        })
    }

    /// All flags with their values, as the API shows them.
    pub(crate) fn all(&self) -> Vec<(String, String)> {
        let values = self.values.iter().map(|(name, values)| ((*name).to_owned(), values.join(",")));
        // Refused when it is given, so it can only be off.
        values.chain([("agent".to_owned(), "false".to_owned())]).collect()
    }
}

fn read_size(text: &str) -> Option<u64> {
    text.parse().ok().or_else(|| crate::config::read_size(text))
}

fn check(flag: &Flag, value: &str) -> Result<(), FlagError> {
    let wrong = |expected: String| FlagError::Value { flag: flag.name, value: value.to_owned(), expected };
    match flag.kind {
        Kind::Count => {
            value.parse::<u64>().map_err(|_| wrong("expected a whole number from 0".to_owned()))?;
        }
        Kind::Ratio => {
            value.parse::<f64>().map_err(|_| wrong("expected a number".to_owned()))?;
        }
        Kind::Duration => {
            duration::parse_ms(value).map_err(|error| wrong(error.to_string()))?;
        }
        Kind::Size => {
            read_size(value).ok_or_else(|| wrong("expected a size such as 512MB".to_owned()))?;
        }
        Kind::Bool | Kind::Text | Kind::Texts | Kind::OneOf(_) => {}
    }
    Ok(())
}
