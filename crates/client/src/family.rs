//! One metric family: its description and its series. Shared by the handles that user code holds and the registry.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use crate::call_site::CallSite;
use crate::cells::{self, Handle, Kind, Layout, Reading};
use crate::desc::{Desc, MetricType};
use crate::series::{Key, LabelValues, SeriesMap};
use crate::{exemplars, summaries};

/// The value of every label of the series that takes over at the cardinality cap.
pub(crate) const OVERFLOW: &str = "overflow";

/// A family and its series.
pub(crate) struct Family {
    pub(crate) desc: Desc,
    /// Where its values live.
    pub(crate) kind: Kind,
    /// Of histograms and float counters.
    pub(crate) layout: Arc<Layout>,
    /// The only series of a family without labels.
    single: Option<Handle>,
    map: SeriesMap,
    /// For label sets with a fixed number of combinations: the handles found so far, by combination; 0 for none.
    dense: OnceLock<Box<[AtomicU64]>>,
    /// The call sites that remember a series of this family.
    sites: Mutex<Vec<&'static CallSite>>,
    /// How many series were removed.
    removals: AtomicU64,
    /// For families with idle expiry: what each series read when, to see whether it moves.
    seen: Mutex<HashMap<Handle, (u64, Instant)>>,
}

impl std::fmt::Debug for Family {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Family").field("desc", &self.desc).finish_non_exhaustive()
    }
}

impl Family {
    pub(crate) fn new(desc: Desc, kind: Kind) -> Self {
        // Whatever is wrong with the bounds is said at registration; until then nothing may depend on their order.
        let usable = desc.check().is_ok();
        let bounds = desc.buckets.strip_suffix(&[f64::INFINITY]).unwrap_or(&desc.buckets);
        let is_classic = !desc.buckets.is_empty() || desc.native.is_none();
        let layout = Arc::new(Layout::new(if usable { bounds } else { &[] }, is_classic, desc.native));
        let mut family = Self {
            desc,
            kind,
            layout,
            single: None,
            map: SeriesMap::new(),
            dense: OnceLock::new(),
            sites: Mutex::default(),
            removals: AtomicU64::new(0),
            seen: Mutex::default(),
        };
        if family.desc.labels.is_empty() {
            family.single = family.allocate();
        }
        family
    }

    /// The handle of the only series of a family without labels.
    pub(crate) fn single(&self) -> Option<Handle> {
        self.single
    }

    fn allocate(&self) -> Option<Handle> {
        let layout = (self.kind == Kind::Histogram).then(|| Arc::clone(&self.layout));
        let handle = cells::allocate(self.kind, layout)?;
        if self.kind == Kind::Summary {
            summaries::begin(handle, self.desc.window);
        }
        Some(handle)
    }

    /// The series with these label values, made if needed.
    #[inline]
    pub(crate) fn series(&self, values: &[u64]) -> Option<Handle> {
        self.map.get(values).or_else(|| self.create(values))
    }

    /// The series of this combination of label values, if it was looked up before.
    #[inline]
    pub(crate) fn dense(&self, combination: usize) -> Option<Handle> {
        let entry = self.dense.get()?.get(combination)?;
        Handle::from_bits(entry.load(Ordering::Acquire))
    }

    /// Lets [`dense`](Self::dense) find this handle, unless its series is gone already.
    #[cold]
    pub(crate) fn remember_dense(&self, combinations: usize, combination: usize, handle: Option<Handle>) {
        // The lock keeps `remove` from forgetting before we remember.
        let _locked = self.map.lock();
        let table = self.dense.get_or_init(|| (0..combinations).map(|_| AtomicU64::new(0)).collect());
        if let (Some(handle), Some(entry)) = (handle, table.get(combination))
            && cells::is_current(self.kind, handle)
        {
            entry.store(handle.to_bits(), Ordering::Release);
        }
    }

    /// What a call site remembers of this family.
    #[inline]
    pub(crate) fn at_site(&self, site: &CallSite) -> Option<Handle> {
        site.get(std::ptr::from_ref(self).addr())
    }

    /// Lets a call site remember this handle, unless its series is gone already.
    #[cold]
    pub(crate) fn remember_site(&self, site: &'static CallSite, handle: Handle) {
        // The lock keeps `remove` from forgetting before we remember.
        let _locked = self.map.lock();
        let is_ours =
            cells::is_current(self.kind, handle) && site.remember(std::ptr::from_ref(self).addr(), handle);
        let mut sites = self.sites.lock().unwrap_or_else(PoisonError::into_inner);
        if is_ours && !sites.iter().any(|known| std::ptr::eq(*known, site)) {
            sites.push(site);
        }
    }

    /// How many series were removed so far. Handles that were looked up after this was read are of living series for as long as it
    /// reads the same.
    #[cfg(feature = "tower")]
    #[inline]
    pub(crate) fn removals(&self) -> u64 {
        self.removals.load(Ordering::Acquire)
    }

    #[cold]
    #[inline(never)]
    fn create(&self, values: &[u64]) -> Option<Handle> {
        let mut locked = self.map.lock();
        if let Some(handle) = self.map.get(values) {
            return Some(handle);
        }
        if locked.len() < self.desc.series_max {
            let handle = self.allocate()?;
            if locked.insert(values, handle) {
                return Some(handle);
            }
            // Values of hundreds of kilobytes: counted, but not under that name.
            self.release(handle);
        }
        let mut words = LabelValues::WORDS;
        let mut overflow = LabelValues::new(&mut words);
        self.desc.labels.iter().for_each(|_| overflow.push(OVERFLOW));
        if let Some(handle) = self.map.get(overflow.words()) {
            return Some(handle);
        }
        let handle = self.allocate()?;
        locked.insert(overflow.words(), handle).then_some(handle)
    }

    fn release(&self, handle: Handle) {
        cells::release(self.kind, handle);
        exemplars::forget(self.kind, handle);
        if self.kind == Kind::Summary {
            summaries::forget(handle);
        }
    }

    /// Removes one series; `false` when there was none.
    pub(crate) fn remove(&self, values: &[u64]) -> bool {
        let mut locked = self.map.lock();
        let removed = locked.remove(values);
        if let Some(handle) = removed {
            for entry in self.dense.get().into_iter().flatten() {
                if entry.load(Ordering::Relaxed) == handle.to_bits() {
                    entry.store(0, Ordering::Release);
                }
            }
            let sites = self.sites.lock().unwrap_or_else(PoisonError::into_inner);
            sites.iter().for_each(|site| site.forget(handle));
            drop(sites);
            // After the series can be found no more: who reads the new number does not find it.
            self.removals.fetch_add(1, Ordering::Release);
            self.release(handle);
        }
        removed.is_some()
    }

    /// Removes the series that did not change for longer than the description allows. Called at each scrape.
    pub(crate) fn expire(&self) {
        if let Some(idle_max) = self.desc.idle_max.filter(|_| self.single.is_none()) {
            self.expire_at(idle_max, Instant::now());
        }
    }

    fn expire_at(&self, idle_max: Duration, now: Instant) {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let mut idle = Vec::new();
        let mut still = HashMap::with_capacity(seen.len());
        let mut check = |key: Key<'_>, handle: Handle, reading: u64| {
            let since = match seen.get(&handle) {
                Some((before, since)) if *before == reading => *since,
                _ => now,
            };
            if now.saturating_duration_since(since) > idle_max {
                idle.push(key.to_words());
            } else {
                still.insert(handle, (reading, since));
            }
        };
        match self.kind {
            Kind::Value => self.with_values(check),
            kind => self.for_each(|key, handle| {
                let reading = match kind {
                    Kind::Gauge => cells::load_gauge(handle).unwrap_or_default().to_bits(),
                    Kind::Summary => summaries::value(handle, &[]).count.unwrap_or_default().to_bits(),
                    _ => cells::read_histogram(handle, &self.layout).count(),
                };
                check(key, handle, reading);
            }),
        }
        *seen = still;
        drop(seen);
        for key in idle {
            self.remove(&key);
        }
    }

    /// Calls `each` with the packed label values and the handle of every series; no series goes away meanwhile.
    pub(crate) fn for_each(&self, mut each: impl FnMut(Key<'_>, Handle)) {
        if let Some(handle) = self.single {
            each(Key::EMPTY, handle);
        } else {
            self.map.lock().for_each(each);
        }
    }

    /// Calls `each` with the packed label values, the handle and the sum of every integer counter.
    #[inline]
    pub(crate) fn with_values(&self, mut each: impl FnMut(Key<'_>, Handle, u64)) {
        // Begun inside: the lock of the cells comes after the lock of the series, as when a series is made.
        let mut reading: Option<Reading> = None;
        self.for_each(|key, handle| {
            let sum = reading.get_or_insert_with(Reading::begin).value(handle);
            each(key, handle, sum);
        });
    }

    /// How many series the family has.
    pub(crate) fn len(&self) -> usize {
        if self.single.is_some() { 1 } else { self.map.lock().len() }
    }

    pub(crate) fn is_histogram(&self) -> bool {
        self.desc.metric_type == MetricType::Histogram
    }
}

impl Drop for Family {
    fn drop(&mut self) {
        let sites = self.sites.get_mut().unwrap_or_else(PoisonError::into_inner);
        sites.iter().for_each(|site| site.abandon());
        let mut handles: Vec<Handle> = self.single.into_iter().collect();
        self.map.lock().for_each(|_, handle| handles.push(handle));
        for handle in handles {
            self.release(handle);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(value: &str) -> Vec<u64> {
        let mut words = LabelValues::WORDS;
        let mut key = LabelValues::new(&mut words);
        key.push(value);
        key.words().to_vec()
    }

    #[test]
    fn idle_series_expire_and_start_again() {
        let mut desc = Desc::new(MetricType::Counter, "c", "");
        desc.labels.push("l".to_owned());
        let family = Family::new(desc, Kind::Value);
        let add = |value| cells::add(family.series(&key(value)).unwrap(), 1);
        let (start, idle_max) = (Instant::now(), Duration::from_secs(60));
        add("busy");
        add("idle");
        family.expire_at(idle_max, start);
        add("busy");
        family.expire_at(idle_max, start + Duration::from_secs(60));
        assert_eq!(family.len(), 2);
        add("busy");
        family.expire_at(idle_max, start + Duration::from_secs(61));
        assert_eq!(family.len(), 1);
        add("idle");
        family.expire_at(idle_max, start + Duration::from_secs(90));
        let mut sums = Vec::new();
        family.with_values(|_, _, sum| sums.push(sum));
        sums.sort_unstable();
        assert_eq!(sums, [1, 3]);
    }
}
