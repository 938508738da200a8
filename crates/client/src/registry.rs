//! Registries: which families and collectors a page shows.
//!
//! Invariant: no two families of a registry have a name in common, in any format.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, LazyLock, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use narthex_exposition::encode::MetricFamily;
use narthex_model::MetricType;

use crate::collectors::asynchronous::{self, Waiting};
use crate::collectors::{Collector, Families};
use crate::desc::{Reason, RegisterError, reserved_names};
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
    /// Which family has which name, in any format.
    reserved: BTreeMap<String, String>,
    collectors: Vec<Arc<dyn Collector>>,
    waiting: Vec<Arc<Waiting>>,
}

impl fmt::Debug for Registry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let store = self.read();
        f.debug_struct("Registry")
            .field("families", &store.families.keys())
            .field("collectors", &(store.collectors.len() + store.waiting.len()))
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
    ///
    /// ```
    /// use narthex_client::{Counter, Registry};
    /// let registry = Registry::new();
    /// let shop = registry.with_prefix("shop").with_label("region", "eu");
    /// let sold = Counter::new("sold", "Sold.").register_in(&shop);
    /// assert!(registry.text().contains("shop_sold_total{region=\"eu\"} 0\n"));
    /// ```
    #[must_use]
    pub fn with_prefix(&self, prefix: &str) -> Self {
        Self { prefix: format!("{}{prefix}_", self.prefix).into(), ..self.clone() }
    }

    /// A view of this registry that adds a label to everything registered through it; views can be made of views.
    #[must_use]
    pub fn with_label(&self, name: &str, value: &str) -> Self {
        let added = std::iter::once((name.to_owned(), value.to_owned()));
        Self { labels: self.labels.iter().cloned().chain(added).collect(), ..self.clone() }
    }

    /// Adds a collector: it is asked for its families at every scrape.
    pub fn collect_with(&self, collector: impl Collector + 'static) {
        self.write().collectors.push(Arc::new(collector));
    }

    /// Adds an asynchronous collector: [`refresh`](Self::refresh) runs it, as the axum handler does before each page, and
    /// pages show what it gave last.
    ///
    /// ```
    /// # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
    /// use narthex_client::{Families, Registry};
    /// async fn count_rows() -> f64 { 42.0 }
    ///
    /// let registry = Registry::new();
    /// registry.collect_with_async(|| async {
    ///     let mut families = Families::default();
    ///     families.gauge("orders", "Orders in the database.").value(count_rows().await);
    ///     families
    /// });
    /// assert_eq!(registry.text(), "");
    /// registry.refresh().await;
    /// assert!(registry.text().ends_with("orders 42\n"));
    /// # });
    /// ```
    pub fn collect_with_async<F, Fut>(&self, collect: F)
    where
        F: Fn() -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Families> + Send + 'static,
    {
        self.write().waiting.push(Arc::new(Waiting::new(collect)));
    }

    /// Runs the asynchronous collectors, all at the same time. A collector that may hang needs a timeout of its own.
    pub fn refresh(&self) -> impl Future<Output = ()> + Send + use<> {
        asynchronous::refresh(self.read().waiting.clone())
    }

    /// Removes the family with this name on the page and says whether there was one. Its handles stay usable; they
    /// are just not exposed any more, and the name is free.
    ///
    /// ```
    /// use narthex_client::{Counter, Gauge, Registry};
    /// let registry = Registry::new();
    /// let old = Counter::new("jobs", "Jobs.").register_in(&registry);
    /// assert!(registry.unregister("jobs_total"));
    /// let new = Gauge::new("jobs", "Jobs.").register_in(&registry);
    /// ```
    pub fn unregister(&self, name: &str) -> bool {
        let mut store = self.write();
        let removed = store.families.remove(name);
        if removed.is_some() {
            store.reserved.retain(|_, family| family != name);
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
        for reserved in family.desc.reserved_names() {
            if let Some(other) = store.reserved.get(&reserved) {
                let text =
                    format!("the metric {other:?} already has the name {reserved:?} in one of the formats");
                return Err(RegisterError::new(name, Reason::Conflict(text)));
            }
        }
        for reserved in family.desc.reserved_names() {
            store.reserved.insert(reserved, name.clone());
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
        if desc.metric_type == MetricType::StateSet {
            // The label that names the state is called like the metric.
            desc.labels = vec![desc.name.clone()];
        }
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

    /// Hands registered and collected families on, by name. A registered family wins over a collected one that has a name
    /// in common with it: a page must not show both.
    fn merged<T>(
        &self,
        to: &mut T,
        mut registered: impl FnMut(&mut T, &Family),
        mut collected: impl FnMut(&mut T, &MetricFamily),
    ) {
        let (families, collectors, waiting) = {
            let store = self.read();
            let families: Vec<_> = store.families.values().cloned().collect();
            (families, store.collectors.clone(), store.waiting.clone())
        };
        let mut others = Families::default();
        for collector in collectors {
            collector.collect(&mut others);
        }
        waiting.iter().for_each(|collector| collector.add_to(&mut others));
        let mut others = others.into_sorted();
        {
            let store = self.read();
            others.retain(|family| {
                !reserved_names(&family.name, family.metric_type)
                    .any(|name| store.reserved.contains_key(&name))
            });
        }
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
