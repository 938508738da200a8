//! The metadata lines of a target's page, kept once for all targets with the same ones.
//!
//! A thousand node exporters have the same thousand lines. A scan compares with the last page's and copies only when they
//! differ; what it then has is looked up among the job's other targets. Lines that follow each other are a block, which is
//! compared whole, by a hash of its text, before its lines are.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};
use std::hash::BuildHasher;
use std::sync::{Arc, Weak};

use narthex_exposition::series_hash;
use narthex_model::{Metadata, MetricType};
use parking_lot::Mutex;
use rustc_hash::FxBuildHasher;

/// One `# TYPE`, `# HELP` or `# UNIT` line.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Line {
    name: Box<str>,
    says: Says<Box<str>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Says<T> {
    Type(MetricType),
    Help(T),
    Unit(T),
}

/// Lines of metadata that follow each other on the page, with comments between them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Block {
    /// The number of its first line.
    first: usize,
    lines: usize,
    /// Bytes of its text.
    pub(crate) len: usize,
    /// The hash of its text.
    pub(crate) hash: u64,
}

/// The metadata lines of a page, in its order.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub(crate) struct MetadataLines {
    lines: Vec<Line>,
    blocks: Vec<Block>,
}

impl MetadataLines {
    /// The lines put together by metric family.
    pub(crate) fn families(&self) -> BTreeMap<&str, Metadata> {
        let mut families: BTreeMap<&str, Metadata> = BTreeMap::new();
        for line in &self.lines {
            let family = families.entry(&line.name).or_default();
            match &line.says {
                Says::Type(metric_type) => family.metric_type = *metric_type,
                Says::Help(help) => family.help = help.to_string(),
                Says::Unit(unit) => family.unit = unit.to_string(),
            }
        }
        families
    }

    /// The first so many lines and blocks.
    fn front(&self, lines: usize, blocks: usize) -> Self {
        Self {
            lines: self.lines.get(..lines).unwrap_or_default().to_vec(),
            blocks: self.blocks.get(..blocks).unwrap_or_default().to_vec(),
        }
    }

    /// How many lines.
    pub(crate) fn len(&self) -> usize {
        self.lines.len()
    }

    /// Bytes of all texts.
    pub(crate) fn bytes(&self) -> usize {
        let text = |line: &Line| match &line.says {
            Says::Type(metric_type) => metric_type.as_str().len(),
            Says::Help(text) | Says::Unit(text) => text.len(),
        };
        self.lines.iter().map(|line| line.name.len() + text(line)).sum()
    }
}

/// Compares the metadata lines of a page with those of the last one.
#[derive(Debug)]
pub(crate) struct MetadataScan {
    known: Arc<MetadataLines>,
    /// So many lines and blocks were the known ones.
    at: usize,
    at_block: usize,
    /// The number of the first line of the block that is read.
    block_first: usize,
    /// The lines of this page, since they differ.
    fresh: Option<MetadataLines>,
    /// The family that the last lines were about.
    current: Option<(Box<str>, Metadata)>,
    /// Whether `current` is wanted.
    follow: bool,
}

impl MetadataScan {
    /// `follow` says that [`current`](Self::current) will be asked for.
    pub(crate) fn new(known: Arc<MetadataLines>, follow: bool) -> Self {
        Self { known, at: 0, at_block: 0, block_first: 0, fresh: None, current: None, follow }
    }

    /// The block that stands here if the page is like the last one, unless its lines are wanted one by one.
    pub(crate) fn expected(&self) -> Option<Block> {
        let block = self.known.blocks.get(self.at_block).copied()?;
        (!self.follow && self.fresh.is_none() && block.first == self.at).then_some(block)
    }

    /// The expected block was there.
    pub(crate) fn hit(&mut self, block: Block) {
        self.at += block.lines;
        self.at_block += 1;
    }

    /// The lines that follow are a block.
    pub(crate) fn begin_block(&mut self) {
        self.block_first = self.line_count();
    }

    /// The block's lines were read one by one; this is its text.
    pub(crate) fn end_block(&mut self, text: &[u8]) {
        let lines = self.line_count() - self.block_first;
        let block = Block { first: self.block_first, lines, len: text.len(), hash: series_hash(text) };
        if self.fresh.is_none() && self.known.blocks.get(self.at_block) == Some(&block) {
            self.at_block += 1;
        } else {
            self.fresh().blocks.push(block);
        }
    }

    fn line_count(&self) -> usize {
        self.fresh.as_ref().map_or(self.at, |fresh| fresh.lines.len())
    }

    /// What is written anew, beginning with what is as it was.
    fn fresh(&mut self) -> &mut MetadataLines {
        self.fresh.get_or_insert_with(|| self.known.front(self.at, self.at_block))
    }

    pub(crate) fn metric_type(&mut self, name: &str, metric_type: MetricType) {
        self.line(name, Says::Type(metric_type));
    }

    pub(crate) fn help(&mut self, name: &str, help: Cow<'_, str>) {
        self.line(name, Says::Help(help.as_ref()));
    }

    pub(crate) fn unit(&mut self, name: &str, unit: Cow<'_, str>) {
        self.line(name, Says::Unit(unit.as_ref()));
    }

    fn line(&mut self, name: &str, says: Says<&str>) {
        if self.follow {
            self.follow_family(name, says);
        }
        if self.fresh.is_none() {
            let same = self.known.lines.get(self.at).is_some_and(|known| {
                *known.name == *name
                    && match (&known.says, says) {
                        (Says::Type(a), Says::Type(b)) => *a == b,
                        (Says::Help(a), Says::Help(b)) | (Says::Unit(a), Says::Unit(b)) => **a == *b,
                        _ => false,
                    }
            });
            if same {
                self.at += 1;
                return;
            }
        }
        let says = match says {
            Says::Type(metric_type) => Says::Type(metric_type),
            Says::Help(text) => Says::Help(text.into()),
            Says::Unit(text) => Says::Unit(text.into()),
        };
        self.fresh().lines.push(Line { name: name.into(), says });
    }

    fn follow_family(&mut self, name: &str, says: Says<&str>) {
        let (_, metadata) = match &mut self.current {
            Some(current) if *current.0 == *name => current,
            current => current.insert((name.into(), Metadata::default())),
        };
        match says {
            Says::Type(metric_type) => metadata.metric_type = metric_type,
            Says::Help(help) => help.clone_into(&mut metadata.help),
            Says::Unit(unit) => unit.clone_into(&mut metadata.unit),
        }
    }

    /// The metadata of the family that the next series belongs to, if its name says so.
    pub(crate) fn current(&self, metric_name: &str) -> Option<&Metadata> {
        let (name, metadata) = self.current.as_ref()?;
        let suffix = metric_name.strip_prefix(&**name)?;
        let belongs = matches!(
            suffix,
            "" | "_total" | "_bucket" | "_sum" | "_count" | "_created" | "_info" | "_gsum" | "_gcount"
        );
        belongs.then_some(metadata)
    }

    /// The lines of the page if they differ from those of the last one.
    pub(crate) fn finish(self, interner: &MetadataInterner) -> Option<Arc<MetadataLines>> {
        let lines = match self.fresh {
            Some(lines) => lines,
            None if self.at == self.known.lines.len() => return None,
            None => self.known.front(self.at, self.at_block),
        };
        Some(interner.intern(lines))
    }
}

/// The lines of all targets of a job.
#[derive(Debug, Default)]
pub(crate) struct MetadataInterner {
    known: Mutex<HashMap<u64, Weak<MetadataLines>, FxBuildHasher>>,
}

impl MetadataInterner {
    fn intern(&self, lines: MetadataLines) -> Arc<MetadataLines> {
        let hash = FxBuildHasher.hash_one(&lines);
        let mut known = self.known.lock();
        if let Some(shared) = known.get(&hash).and_then(Weak::upgrade)
            && *shared == lines
        {
            return shared;
        }
        known.retain(|_, lines| lines.strong_count() > 0);
        let lines = Arc::new(lines);
        known.insert(hash, Arc::downgrade(&lines));
        lines
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scan(
        known: &Arc<MetadataLines>,
        helps: &[&str],
        interner: &MetadataInterner,
    ) -> Option<Arc<MetadataLines>> {
        let mut scan = MetadataScan::new(Arc::clone(known), true);
        for name in helps {
            scan.help(name, Cow::Owned(format!("help of {name}")));
            scan.metric_type(name, MetricType::Counter);
        }
        scan.finish(interner)
    }

    #[test]
    fn shares_and_notices() {
        let interner = MetadataInterner::default();
        let empty = Arc::new(MetadataLines::default());
        let first = scan(&empty, &["a", "b"], &interner).unwrap();
        let second = scan(&empty, &["a", "b"], &interner).unwrap();
        assert!(Arc::ptr_eq(&first, &second), "two targets, one copy");
        assert!(scan(&first, &["a", "b"], &interner).is_none(), "nothing changed");
        assert_eq!(scan(&first, &["a"], &interner).unwrap().families().len(), 1);
        let more = scan(&first, &["a", "c", "b"], &interner).unwrap();
        let families = more.families();
        assert_eq!(families.keys().collect::<Vec<_>>(), [&"a", &"b", &"c"]);
        assert_eq!(
            (families["c"].metric_type, families["c"].help.as_str()),
            (MetricType::Counter, "help of c")
        );
    }

    #[test]
    fn a_series_belongs_to_the_lines_above_it() {
        let mut scan = MetadataScan::new(Arc::default(), true);
        scan.metric_type("http_requests", MetricType::Counter);
        assert!(scan.current("http_requests_total").is_some());
        assert!(scan.current("http_requests_per_user").is_none());
        scan.unit("other", Cow::Borrowed("seconds"));
        assert!(scan.current("http_requests_total").is_none());
        assert_eq!(scan.current("other").unwrap().unit, "seconds");
    }

    #[test]
    fn a_block_is_recognised_until_its_text_changes() {
        let interner = MetadataInterner::default();
        let page = |known: &Arc<MetadataLines>, texts: [&str; 2]| {
            let mut scan = MetadataScan::new(Arc::clone(known), false);
            let mut hits = 0;
            for text in texts {
                let hash = series_hash(text.as_bytes());
                if let Some(block) =
                    scan.expected().filter(|block| (block.len, block.hash) == (text.len(), hash))
                {
                    scan.hit(block);
                    hits += 1;
                    continue;
                }
                scan.begin_block();
                scan.metric_type(text.trim(), MetricType::Gauge);
                scan.end_block(text.as_bytes());
            }
            (hits, scan.finish(&interner))
        };
        let (hits, first) = page(&Arc::default(), ["a", "b"]);
        let first = first.unwrap();
        assert_eq!(hits, 0);
        assert_eq!(page(&first, ["a", "b"]), (2, None));
        // The same line in another text: the lines stay, the block is a new one.
        let (hits, spaced) = page(&first, ["a", "b "]);
        let spaced = spaced.unwrap();
        assert_eq!((hits, &spaced.lines), (1, &first.lines));
        assert_eq!(page(&spaced, ["a", "b "]), (2, None));
        let (hits, other) = page(&spaced, ["c", "b "]);
        assert_eq!(hits, 0, "behind a difference everything is read");
        assert_eq!(other.unwrap().families().keys().collect::<Vec<_>>(), [&"b", &"c"]);
    }
}
