//! The rules of the OpenMetrics 1.0 specification that Prometheus does not check.
//!
//! [`StrictParser`] reads with the strict grammar and follows the families of the page: metadata once and before the
//! samples, families and metrics not interleaved, names that do not clash. `family` has what a sample of each type may
//! be, `histogram` how the parts of a histogram must fit together. Quoted names are accepted, as the peers that speak
//! OpenMetrics 1.0 with UTF-8 names write them.

mod family;
mod histogram;

use std::collections::HashSet;

use super::entry::Entry;
use super::error::Fault;
use super::openmetrics::OpenMetricsLines;
use family::Family;

/// Reads one page and holds it to the specification.
#[derive(Debug)]
pub(super) struct StrictParser<'a> {
    lines: OpenMetricsLines<'a>,
    family: Option<Family>,
    /// Every name that a family before the current one has taken.
    taken: HashSet<String>,
}

impl<'a> StrictParser<'a> {
    pub(super) fn new(lines: OpenMetricsLines<'a>) -> Self {
        Self { lines, family: None, taken: HashSet::new() }
    }

    pub(super) fn next(&mut self) -> Option<Result<Entry<'a>, Fault>> {
        let at = self.lines.position();
        match self.lines.next() {
            None => self.finish(at).err().map(Err),
            Some(Err(fault)) => Some(Err(fault)),
            Some(Ok(entry)) => Some(self.check(&entry, at).map(|()| entry)),
        }
    }

    fn check(&mut self, entry: &Entry<'_>, at: usize) -> Result<(), Fault> {
        match entry {
            Entry::Type(entry) => self.metadata(&entry.name(), at)?.set_type(entry.metric_type, at),
            Entry::Help(entry) => self.metadata(&entry.name(), at)?.set_help(at),
            Entry::Unit(entry) => self.metadata(&entry.name(), at)?.set_unit(&entry.unit(), at),
            Entry::Series(series) => {
                let name = series.metric_name();
                let family = match self.family.take() {
                    Some(family) if family.has_sample(&name) => family,
                    family => {
                        self.family = family;
                        self.start(&name, at)?
                    }
                };
                self.family.insert(family).sample(&name, series, at)
            }
            Entry::Histogram(_) | Entry::Comment(_) => Ok(()),
        }
    }

    /// The family that a metadata line is about.
    fn metadata(&mut self, name: &str, at: usize) -> Result<&mut Family, Fault> {
        let family = match self.family.take() {
            Some(family) if family.name() == name => {
                if family.has_samples() {
                    return Err(Fault::new(at, format!("the metadata of {name:?} in front of its samples")));
                }
                family
            }
            family => {
                self.family = family;
                self.start(name, at)?
            }
        };
        Ok(self.family.insert(family))
    }

    /// Ends the current family and starts another.
    fn start(&mut self, name: &str, at: usize) -> Result<Family, Fault> {
        self.finish(at)?;
        Ok(Family::new(name))
    }

    /// What can only be said when a family is complete.
    fn finish(&mut self, at: usize) -> Result<(), Fault> {
        let Some(family) = self.family.take() else { return Ok(()) };
        family.finish(at)?;
        for name in family.names() {
            if !self.taken.insert(name.clone()) {
                let expected = format!("only one metric family with the name {name:?} (before this line)");
                return Err(Fault::new(at, expected));
            }
        }
        Ok(())
    }
}
