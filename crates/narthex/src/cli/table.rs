//! Every flag of the server: Prometheus' names, meanings and defaults, and what Narthex does with each.
//!
//! Read by `cli` (parsing, help), by `/api/v1/status/flags` (names and values) and by the start (which flags are without
//! effect and must be announced).

/// What a flag takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Nothing, `=true` or `=false`; `--no-NAME` is false.
    Bool,
    /// Any text.
    Text,
    /// Any text, and the flag may stand several times.
    Texts,
    /// A whole number from 0.
    Count,
    /// `1h30m`.
    Duration,
    /// `512MB`; a bare number counts bytes.
    Size,
    /// A number.
    Ratio,
    /// One of these.
    OneOf(&'static [&'static str]),
}

/// What Narthex does with a flag.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Effect {
    /// Obeys it.
    Obeyed,
    /// Takes it, and says at the start that it changes nothing: why.
    Without(&'static str),
}

/// One flag.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Flag {
    /// The name without dashes.
    pub(crate) name: &'static str,
    /// What it takes.
    pub(crate) kind: Kind,
    /// The value when it is not given.
    pub(crate) default: &'static str,
    /// What it means.
    pub(crate) help: &'static str,
    /// What Narthex does with it.
    pub(crate) effect: Effect,
}

const fn flag(name: &'static str, kind: Kind, default: &'static str, help: &'static str) -> Flag {
    Flag { name, kind, default, help, effect: Effect::Obeyed }
}

const fn inert(name: &'static str, kind: Kind, default: &'static str, why: &'static str) -> Flag {
    Flag {
        name,
        kind,
        default,
        help: "Accepted for compatibility; changes nothing here",
        effect: Effect::Without(why),
    }
}

const GO: &str = "it tunes Go's runtime, which is not in use";
const AGENT: &str = "there is no agent mode";
const RULES: &str = "rules are not executed yet";
const REMOTE: &str = "remote read, sending remote write and OTLP are not built yet";
const BLOCKS: &str = "the sizes and order of compaction are fixed";
const CONSOLES: &str = "console templates are not supported";
const ASSETS: &str = "the user interface is embedded in the binary";

/// Log levels, the quietest last.
const LEVELS: &[&str] = &["debug", "info", "warn", "error"];

/// All flags, sorted by name.
pub(crate) const FLAGS: &[Flag] = &[
    inert("alertmanager.drain-notification-queue-on-shutdown", Kind::Bool, "true", RULES),
    inert("alertmanager.notification-batch-size", Kind::Count, "256", RULES),
    inert("alertmanager.notification-queue-capacity", Kind::Count, "10000", RULES),
    inert("auto-gomaxprocs", Kind::Bool, "true", GO),
    inert("auto-gomemlimit", Kind::Bool, "true", GO),
    inert("auto-gomemlimit.ratio", Kind::Ratio, "0.9", GO),
    flag(
        "config.auto-reload-interval",
        Kind::Duration,
        "30s",
        "How often to look whether the configuration file changed (with --enable-feature=auto-reload-config)",
    ),
    flag("config.file", Kind::Text, "prometheus.yml", "The configuration file"),
    flag(
        "dashboards.path",
        Kind::Texts,
        "",
        "A folder with dashboards for /dashboards; may be given several times",
    ),
    flag(
        "dashboards.writable",
        Kind::Bool,
        "false",
        "Let the browser change the dashboards in these folders, and add some",
    ),
    flag(
        "enable-feature",
        Kind::Texts,
        "",
        "Features to switch on, separated by commas; may be given several times",
    ),
    flag("log.format", Kind::OneOf(&["logfmt", "json"]), "logfmt", "The form of log lines"),
    flag("log.level", Kind::OneOf(LEVELS), "info", "Only messages of this severity or above are logged"),
    flag("provisioning.path", Kind::Text, "", "A folder with Grafana's provisioning files, for /dashboards"),
    flag("query.lookback-delta", Kind::Duration, "5m", "How far back an instant selector looks for a sample"),
    flag("query.max-concurrency", Kind::Count, "20", "How many queries run at once"),
    flag(
        "query.max-memory",
        Kind::Size,
        "0B",
        "How many bytes of intermediate results one query may build; 0 means no limit",
    ),
    flag("query.max-samples", Kind::Count, "50000000", "How many samples one query may hold in memory"),
    flag("query.timeout", Kind::Duration, "2m", "How long a query may take before it is aborted"),
    inert("rules.alert.for-grace-period", Kind::Duration, "10m", RULES),
    inert("rules.alert.for-outage-tolerance", Kind::Duration, "1h", RULES),
    inert("rules.alert.resend-delay", Kind::Duration, "1m", RULES),
    inert("rules.max-concurrent-evals", Kind::Count, "4", RULES),
    inert(
        "scrape.adjust-timestamps",
        Kind::Bool,
        "true",
        "timestamps are always those of the schedule, exactly",
    ),
    flag(
        "scrape.discovery-reload-interval",
        Kind::Duration,
        "5s",
        "The shortest time between two changes of the targets",
    ),
    inert(
        "scrape.timestamp-tolerance",
        Kind::Duration,
        "2ms",
        "timestamps are always those of the schedule, exactly",
    ),
    inert("storage.agent.no-lockfile", Kind::Bool, "false", AGENT),
    inert("storage.agent.path", Kind::Text, "data-agent/", AGENT),
    inert("storage.agent.retention.max-time", Kind::Duration, "4h", AGENT),
    inert("storage.agent.retention.min-time", Kind::Duration, "5m", AGENT),
    inert("storage.agent.wal-compression", Kind::Bool, "true", AGENT),
    inert("storage.agent.wal-compression-type", Kind::OneOf(&["snappy", "zstd"]), "snappy", AGENT),
    inert("storage.agent.wal-segment-size", Kind::Size, "0B", AGENT),
    inert("storage.agent.wal-truncate-frequency", Kind::Duration, "0s", AGENT),
    flag(
        "storage.memory-limit",
        Kind::Size,
        "0B",
        "Bytes of memory near which new series are refused instead of the process being killed; 0 means no limit",
    ),
    inert("storage.remote.flush-deadline", Kind::Duration, "1m", REMOTE),
    inert("storage.remote.read-concurrent-limit", Kind::Count, "10", REMOTE),
    inert("storage.remote.read-max-bytes-in-frame", Kind::Count, "1048576", REMOTE),
    inert("storage.remote.read-sample-limit", Kind::Count, "50000000", REMOTE),
    flag(
        "storage.tsdb.allow-overlapping-compaction",
        Kind::Bool,
        "true",
        "Put blocks together that overlap; something else may do that where they are uploaded to",
    ),
    flag(
        "storage.tsdb.delay-compact-file.path",
        Kind::Text,
        "",
        "A JSON file that lists uploaded blocks, as Thanos' sidecar keeps it; others of the first level are not compacted",
    ),
    inert("storage.tsdb.delayed-compaction.max-percent", Kind::Count, "10", BLOCKS),
    inert(
        "storage.tsdb.head-chunks-write-queue-size",
        Kind::Count,
        "0",
        "head chunks are written where they become full",
    ),
    inert("storage.tsdb.max-block-chunk-segment-size", Kind::Size, "0B", BLOCKS),
    flag(
        "storage.tsdb.max-block-duration",
        Kind::Duration,
        "0s",
        "The range of the longest blocks; a tenth of the retention, at most 31d, unless given",
    ),
    flag("storage.tsdb.min-block-duration", Kind::Duration, "2h", "The range of a block"),
    flag("storage.tsdb.no-lockfile", Kind::Bool, "false", "Do not make a lock file in the data directory"),
    flag("storage.tsdb.path", Kind::Text, "data/", "The data directory"),
    flag(
        "storage.tsdb.retention.size",
        Kind::Size,
        "0B",
        "How many bytes of blocks are kept; 0 means no limit",
    ),
    flag(
        "storage.tsdb.retention.time",
        Kind::Duration,
        "0s",
        "How long samples are kept; 15d unless this or the size is set",
    ),
    inert(
        "storage.tsdb.samples-per-chunk",
        Kind::Count,
        "120",
        "chunks are cut where Prometheus cuts them by default",
    ),
    flag("storage.tsdb.wal-compression", Kind::Bool, "true", "Compress the write-ahead log"),
    flag(
        "storage.tsdb.wal-compression-type",
        Kind::OneOf(&["snappy", "zstd"]),
        "snappy",
        "How the write-ahead log is compressed",
    ),
    flag(
        "storage.tsdb.wal-segment-size",
        Kind::Size,
        "0B",
        "The size of a segment of the write-ahead log, 10MB to 256MB; 0 means the default",
    ),
    flag("web.config.file", Kind::Text, "", "A file with TLS and authentication settings of this server"),
    inert("web.console.libraries", Kind::Text, "console_libraries", CONSOLES),
    inert("web.console.templates", Kind::Text, "consoles", CONSOLES),
    flag(
        "web.cors.origin",
        Kind::Text,
        ".*",
        "The origins that may read answers, as an anchored regular expression",
    ),
    flag("web.enable-admin-api", Kind::Bool, "false", "Enable the endpoints that delete and copy data"),
    flag("web.enable-lifecycle", Kind::Bool, "false", "Enable shutdown and reload by HTTP request"),
    inert("web.enable-otlp-receiver", Kind::Bool, "false", REMOTE),
    flag(
        "web.enable-remote-write-receiver",
        Kind::Bool,
        "false",
        "Take samples that others send by remote write, at /api/v1/write",
    ),
    flag(
        "web.external-url",
        Kind::Text,
        "",
        "The URL under which others reach this server; its path becomes the prefix of all routes",
    ),
    flag(
        "web.listen-address",
        Kind::Texts,
        "0.0.0.0:9090",
        "Where to listen, host:port; may be given several times",
    ),
    inert("web.local-assets", Kind::Text, "", ASSETS),
    flag("web.max-connections", Kind::Count, "512", "How many connections can be open at once"),
    flag(
        "web.max-notifications-subscribers",
        Kind::Count,
        "16",
        "How many readers the live notifications can have at once",
    ),
    flag(
        "web.page-title",
        Kind::Text,
        "Prometheus Time Series Collection and Processing Server",
        "The title of the pages",
    ),
    flag(
        "web.read-timeout",
        Kind::Duration,
        "5m",
        "How long reading a request may take, and how long idle connections are kept",
    ),
    flag(
        "web.remote-write-receiver.accepted-protobuf-messages",
        Kind::Texts,
        "prometheus.WriteRequest,io.prometheus.write.v2.Request",
        "The messages that the remote write receiver takes, separated by commas; may be given several times",
    ),
    flag(
        "web.route-prefix",
        Kind::Text,
        "",
        "The prefix of all routes; the path of --web.external-url unless set",
    ),
    inert("web.user-assets", Kind::Text, "", ASSETS),
];

/// Features that `--enable-feature` knows and that change something here.
pub(crate) const FEATURES: &[(&str, &str)] = &[
    ("auto-reload-config", "look for changes of the configuration file and apply them"),
    ("extra-scrape-metrics", "report timeout, sample limit and body size of each scrape"),
    ("metadata-wal-records", "keep metadata of metrics in the write-ahead log"),
    ("promql-experimental-functions", "experimental functions of PromQL"),
    ("promql-extended-range-selectors", "anchored and smoothed range selectors"),
    ("promql-binop-fill-modifiers", "fill modifiers of binary operators"),
    ("promql-delayed-name-removal", "drop metric names at the end of a query only"),
    ("created-timestamp-zero-ingestion", "put a zero where a counter started"),
    ("st-storage", "store start timestamps; needs xor2-encoding or chunk_encoding.floats: xor2"),
    ("xor2-encoding", "encode floats as XOR2, which has room for start timestamps"),
    ("histograms-st-encoding", "encode histograms with room for start timestamps"),
    ("use-start-timestamps", "let rate and its relatives use start timestamps"),
    ("type-and-unit-labels", "type and unit as labels"),
    ("zstd-scrape", "let targets compress with zstd, too"),
    ("memory-snapshot-on-shutdown", "write the memory to disk at the end, so that the next start is short"),
];

/// Features of other versions of Prometheus that are always on, gone, or not here; accepted with a note.
pub(crate) const FEATURES_WITHOUT_EFFECT: &[(&str, &str)] = &[
    ("exemplar-storage", "it is always on"),
    ("native-histograms", "it is on per job with scrape_native_histograms"),
    ("promql-at-modifier", "it is always on"),
    ("promql-negative-offset", "it is always on"),
    ("promql-duration-expr", "it is always on"),
    ("remote-write-receiver", "it is --web.enable-remote-write-receiver"),
    ("otlp-write-receiver", "OTLP is not built yet"),
    ("otlp-deltatocumulative", "OTLP is not built yet"),
    ("otlp-native-delta-ingestion", "OTLP is not built yet"),
    ("expand-external-labels", "it is always on"),
    ("new-service-discovery-manager", "there is one discovery manager"),
    ("concurrent-rule-eval", "rules are not executed yet"),
    ("delayed-compaction", "compaction is not delayed"),
    ("old-ui", "there is one user interface"),
    ("utf8-names", "it is always on"),
    ("promql-per-step-stats", "they are there whenever a request asks for them with stats=all"),
    ("auto-gomaxprocs", "it tunes Go's runtime"),
    ("auto-gomemlimit", "it tunes Go's runtime"),
    ("no-default-scrape-port", "it is always on"),
    ("no-scrape-default-port", "it is always on"),
    ("use-uncached-io", "files are mapped"),
    ("fast-startup", "the start is as fast as it can be"),
];
