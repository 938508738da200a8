//! Registries: which families and collectors a page shows.
//!
//! Invariant: no two families of a registry write series of the same name.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, LazyLock, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use narthex_exposition::encode::MetricFamily;
use narthex_exposition::escape_name;

use crate::collectors::{Collector, Families};
use crate::desc::{Reason, RegisterError};
use crate::encode::{EscapingScheme, Page, Protocol, family_value};
use crate::family::Family;

/// A set of metrics that is exposed together. Cloning gives another handle of the same registry.
#[derive(Clone)]
pub struct Registry {
    store: Arc<RwLock<Store>>,
    prefix: Arc<str>,
    labels: Arc<[(String, String)]>,
    /// How long the last page was, to allocate the next one at once.
    page_len: Arc<AtomicUsize>,
}

#[derive(Default)]
struct Store {
    families: BTreeMap<String, Arc<Family>>,
    /// Which family writes which series name.
    sample_names: BTreeMap<String, String>,
    collectors: Vec<Arc<dyn Collector>>,
}

impl fmt::Debug for Registry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let store = self.read();
        f.debug_struct("Registry")
            .field("families", &store.families.keys())
            .field("collectors", &store.collectors.len())
            .finish_non_exhaustive()
    }
}

/// The registry that `register()` and the ready-made handlers use.
///
/// It starts with the metrics of the process and, on a page, whatever the program registers.
pub fn default_registry() -> &'static Registry {
    static DEFAULT: LazyLock<Registry> = LazyLock::new(|| {
        let registry = Registry::new();
        registry.collect_with(crate::collectors::process::ProcessCollector::new());
        registry
    });
    &DEFAULT
}

/// A page with the `Content-Type` to send it with.
#[derive(Debug, Clone)]
pub struct Response {
    /// The `Content-Type` header.
    pub content_type: &'static str,
    /// The page.
    pub body: Vec<u8>,
}

impl Default for Registry {
    fn default() -> Self {
        Self { store: Arc::default(), prefix: "".into(), labels: Arc::new([]), page_len: Arc::default() }
    }
}

impl Registry {
    /// An empty registry.
    pub fn new() -> Self {
        Self::default()
    }

    /// A view of this registry that puts `prefix` and `_` before the name of what is registered through it.
    #[must_use]
    pub fn with_prefix(&self, prefix: &str) -> Self {
        Self { prefix: format!("{}{prefix}_", self.prefix).into(), ..self.clone() }
    }

    /// A view of this registry that adds a label to everything registered through it.
    #[must_use]
    pub fn with_label(&self, name: &str, value: &str) -> Self {
        let added = std::iter::once((name.to_owned(), value.to_owned()));
        Self { labels: self.labels.iter().cloned().chain(added).collect(), ..self.clone() }
    }

    /// Adds a collector: it is asked for its families at every scrape.
    pub fn collect_with(&self, collector: impl Collector + 'static) {
        self.write().collectors.push(Arc::new(collector));
    }

    /// Removes the family with this name on the page and says whether there was one. Its handles stay usable; they
    /// are just not exposed any more.
    pub fn unregister(&self, name: &str) -> bool {
        let mut store = self.write();
        let removed = store.families.remove(name);
        if removed.is_some() {
            store.sample_names.retain(|_, family| family != name);
        }
        removed.is_some()
    }

    /// Adds a family, or returns the one that was registered before with the same description.
    pub(crate) fn register_family(&self, family: Arc<Family>) -> Result<Arc<Family>, RegisterError> {
        let family = self.adopt(family);
        family.desc.check()?;
        let mut store = self.write();
        let name = &family.desc.name;
        if let Some(earlier) = store.families.get(name) {
            if earlier.desc.is_same(&family.desc) && earlier.kind == family.kind {
                return Ok(Arc::clone(earlier));
            }
            let text = format!(
                "a different metric has this name: a {} with the labels {:?}",
                earlier.desc.metric_type, earlier.desc.labels
            );
            return Err(RegisterError::new(name, Reason::Conflict(text)));
        }
        let sample_names = family.desc.sample_names();
        for sample_name in &sample_names {
            if let Some(other) = store.sample_names.get(sample_name) {
                let text = format!("the metric {other:?} already writes series named {sample_name:?}");
                return Err(RegisterError::new(name, Reason::Conflict(text)));
            }
        }
        for sample_name in sample_names {
            store.sample_names.insert(sample_name, name.clone());
        }
        store.families.insert(name.clone(), Arc::clone(&family));
        Ok(family)
    }

    /// The family with this view's prefix and labels.
    fn adopt(&self, family: Arc<Family>) -> Arc<Family> {
        if self.prefix.is_empty() && self.labels.is_empty() {
            return family;
        }
        let mut desc = family.desc.clone();
        desc.name.insert_str(0, &self.prefix);
        desc.const_labels.extend(self.labels.iter().cloned());
        Arc::new(Family::new(desc, family.kind))
    }

    /// The page in the classic text format.
    pub fn text(&self) -> String {
        String::from_utf8(self.encode(Protocol::Text004, EscapingScheme::Underscores)).unwrap_or_default()
    }

    /// The page in the best format that an HTTP request with this `Accept` header takes.
    pub fn page_for(&self, accept: &str) -> Response {
        let (protocol, scheme) = narthex_exposition::negotiate(accept);
        Response { content_type: protocol.content_type(scheme), body: self.encode(protocol, scheme) }
    }

    /// The page in the given format.
    pub fn encode(&self, protocol: Protocol, scheme: EscapingScheme) -> Vec<u8> {
        let mut page = Page::new(protocol, scheme, self.page_len.load(Ordering::Relaxed) + 1024);
        self.merged(&mut page, Page::family, Page::collected);
        let page = page.finish();
        self.page_len.store(page.len(), Ordering::Relaxed);
        page
    }

    /// All families as values, by name: for tests and for other formats.
    pub fn gather(&self) -> Vec<MetricFamily> {
        let mut families = Vec::new();
        self.merged(
            &mut families,
            |families, family| families.push(family_value(family)),
            |families, family| families.push(family.clone()),
        );
        families.retain(|family| !family.metrics.is_empty());
        families
    }

    /// Hands registered and collected families on, by name. A registered family wins over a collected one that writes
    /// series of the same name: a page must not show both.
    fn merged<T>(
        &self,
        to: &mut T,
        mut registered: impl FnMut(&mut T, &Family),
        mut collected: impl FnMut(&mut T, &MetricFamily),
    ) {
        let (families, collectors) = {
            let store = self.read();
            (store.families.values().cloned().collect::<Vec<_>>(), store.collectors.clone())
        };
        let mut others = Families::default();
        for collector in collectors {
            collector.collect(&mut others);
        }
        let taken = |name: &str| {
            self.read().sample_names.contains_key(&*escape_name(name, EscapingScheme::Underscores))
        };
        let others: Vec<MetricFamily> =
            others.into_sorted().into_iter().filter(|family| !taken(&family.name)).collect();
        let mut others = others.iter().peekable();
        for family in &families {
            while let Some(before) = others.next_if(|other| other.name < family.desc.name) {
                collected(to, before);
            }
            family.expire();
            registered(to, family);
        }
        others.for_each(|family| collected(to, family));
    }

    fn read(&self) -> RwLockReadGuard<'_, Store> {
        self.store.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, Store> {
        self.store.write().unwrap_or_else(PoisonError::into_inner)
    }
}
