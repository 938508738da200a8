//! One metric family: its description and its series. Shared by the handles that user code holds and the registry.

use std::sync::Arc;

use crate::cells::{self, Handle, Kind, Layout};
use crate::desc::{Desc, MetricType};
use crate::series::{LabelValues, SeriesMap};

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
        let layout = Arc::new(Layout::new(if usable { bounds } else { &[] }));
        let mut family = Self { desc, kind, layout, single: None, map: SeriesMap::new() };
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
        cells::allocate(self.kind, layout)
    }

    /// The series with these label values, made if needed.
    #[inline]
    pub(crate) fn series(&self, values: &[u64]) -> Option<Handle> {
        self.map.get(values).or_else(|| self.create(values))
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
            return locked.insert(values, handle).then_some(handle);
        }
        let mut overflow = LabelValues::new();
        self.desc.labels.iter().for_each(|_| overflow.push(OVERFLOW));
        if let Some(handle) = self.map.get(overflow.words()) {
            return Some(handle);
        }
        let handle = self.allocate()?;
        locked.insert(overflow.words(), handle).then_some(handle)
    }

    /// The series with these label values, if it exists.
    pub(crate) fn existing(&self, values: &[u64]) -> Option<Handle> {
        let _locked = self.map.lock();
        self.map.get(values)
    }

    /// Removes one series; `false` when there was none.
    pub(crate) fn remove(&self, values: &[u64]) -> bool {
        let removed = self.map.lock().remove(values);
        if let Some(handle) = removed {
            cells::release(self.kind, handle);
        }
        removed.is_some()
    }

    /// Calls `each` with the packed label values and the handle of every series; no series goes away meanwhile.
    pub(crate) fn for_each(&self, mut each: impl FnMut(&[u8], Handle)) {
        if let Some(handle) = self.single {
            each(&[], handle);
        } else {
            self.map.lock().for_each(each);
        }
    }

    /// Calls `each` with the packed label values and the sum of every integer counter.
    pub(crate) fn with_values(&self, mut each: impl FnMut(&[u8], u64)) {
        let mut sums = Vec::new();
        if let Some(handle) = self.single {
            cells::read_values(&[handle], &mut sums);
            sums.iter().for_each(|sum| each(&[], *sum));
            return;
        }
        let locked = self.map.lock();
        let mut handles = Vec::with_capacity(locked.len());
        locked.for_each(|_, handle| handles.push(handle));
        cells::read_values(&handles, &mut sums);
        let mut sums = sums.into_iter();
        locked.for_each(|key, _| each(key, sums.next().unwrap_or_default()));
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
        let mut handles: Vec<Handle> = self.single.into_iter().collect();
        self.map.lock().for_each(|_, handle| handles.push(handle));
        for handle in handles {
            cells::release(self.kind, handle);
        }
    }
}
