//! The life of the server, from flags to exit.
//!
//! Order at the start: configuration (a wrong one ends the start), listeners, log replay, scraping, ready. Order at the
//! end: scraping stops (the targets stay as they are, so that a restart does not look like an outage), requests under
//! way end, the log is synced.

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use narthex_api::{Context, CorsOrigin, QueryLog, Settings};
use narthex_client::{ProcessCollector, Registry};
use narthex_dashboards::DataSource;
use narthex_promql::parser::ParserOptions;
use narthex_promql::{ActiveQueries, Engine, EngineOptions};
use narthex_remote::receive::{Accepted, Receiver};
use narthex_scrape::ScrapeManager;
use narthex_tsdb::{Compression, Db};
use narthex_web::Ui;
use narthex_web::prefix::normalise;
use narthex_web::server::{self, Options};
use tokio::sync::watch;
use url::Url;

use super::late::{LateDb, LateTargets};
use super::metrics::SelfMetrics;
use super::state::ServerState;
use super::{hostname, not_executed, signals, watch_file};
use crate::cli::{FEATURES, FEATURES_WITHOUT_EFFECT, Flags};
use crate::config::Config;
use crate::dashboards::{Places, front};

/// A start that failed.
#[derive(Debug, thiserror::Error)]
enum StartError {
    #[error("{0}")]
    Config(String),
    #[error("--{flag}: {message}")]
    Flag { flag: &'static str, message: String },
    #[error(transparent)]
    Bind(#[from] server::BindError),
    #[error(transparent)]
    Open(#[from] narthex_tsdb::OpenError),
    #[error("cannot follow signals: {0}")]
    Signals(std::io::Error),
    #[error("opening the database panicked; the log has the details")]
    Panicked,
}

/// Runs the server until it is told to stop.
pub(crate) async fn run(flags: Flags) -> ExitCode {
    match live(flags).await {
        Ok(()) => {
            tracing::info!("See you next time!");
            ExitCode::SUCCESS
        }
        Err(error) => {
            for line in error.to_string().lines() {
                tracing::error!("{line}");
            }
            ExitCode::from(if matches!(error, StartError::Config(_) | StartError::Flag { .. }) {
                2
            } else {
                1
            })
        }
    }
}

async fn live(flags: Flags) -> Result<(), StartError> {
    tracing::info!(
        version = crate::cli::VERSION,
        compatible_with = crate::cli::COMPATIBLE_WITH,
        "Starting Narthex"
    );
    super::limits::raise_open_files();
    announce_flags(&flags);
    let config_path = PathBuf::from(flags.text("config.file"));
    let config = Config::load_with(&config_path, flags.reads_start_timestamps())
        .map_err(|error| StartError::Config(error.to_string()))?;
    super::check_encoding(&flags, &config).map_err(StartError::Config)?;
    super::jobs(&config).map_err(|error| StartError::Config(error.to_string()))?;
    for what in not_executed(&config) {
        tracing::warn!("accepted, but not executed: {what}");
    }
    let secure = super::secure(flags.text("web.config.file")).map_err(StartError::Config)?;
    let mut listeners = Vec::new();
    for address in flags.texts("web.listen-address") {
        listeners.push(server::bind(address).await?);
    }
    let own_port =
        listeners.first().and_then(|listener| listener.local_addr().ok()).map(|address| address.port());
    for listener in &listeners {
        if let Ok(address) = listener.local_addr() {
            tracing::info!(%address, "Listening for connections");
        }
    }
    let (stop, stopped) = watch::channel(false);
    let db = Arc::new(LateDb::new(PathBuf::from(flags.text("storage.tsdb.path"))));
    let targets = Arc::new(LateTargets::default());
    let settings = settings(&flags, own_port)?;
    let registry = Registry::new();
    let query_log = Arc::new(QueryLog::new(&registry));
    query_log.log_to(super::open_query_log(&config).map_err(StartError::Config)?);
    let state = ServerState::new(
        flags.clone(),
        &settings.route_prefix,
        config,
        Arc::clone(&targets),
        Arc::clone(&db),
        stop.clone(),
        Arc::clone(&query_log),
    );
    let state = Arc::new(state);
    registry.collect_with(ProcessCollector::new());
    let counts = Arc::default();
    let parts = (Arc::clone(&state), Arc::clone(&db), Arc::clone(&targets), Arc::clone(&counts));
    registry.collect_with(SelfMetrics::new(parts.0, parts.1, parts.2, parts.3));
    let context = Context {
        ui: user_interface(&flags),
        settings,
        storage: Arc::clone(&db) as _,
        database: Arc::clone(&db) as _,
        receiver: receiver(&flags)?,
        engine: Arc::new(Engine::new(engine_options(&flags)).noting(active_queries(&flags))),
        targets: Arc::clone(&targets) as _,
        server: Arc::clone(&state) as _,
        registry,
        query_log,
        features: super::features::features(&flags),
    };
    let options = Options {
        connections_max: flags.count("web.max-connections").max(1),
        read_timeout: duration(&flags, "web.read-timeout"),
        secure,
        counts,
        ..Options::default()
    };
    let prefix = context.settings.route_prefix.clone();
    let api = narthex_api::router(context);
    let routes = api.clone().merge(dashboards(&flags, api, &prefix)?);
    let serving = tokio::spawn(server::serve(listeners, routes, options, stopped.clone()));
    let following = tokio::spawn(signals::follow(Arc::clone(&state), stop.clone()));
    let opened = open(&flags, &state, &db, &targets).await;
    let result = match opened {
        Ok(manager) => {
            state.set_ready();
            tracing::info!("Server is ready to receive web requests.");
            if flags.has_feature("auto-reload-config") {
                let interval = duration(&flags, "config.auto-reload-interval");
                tokio::spawn(watch_file::follow(Arc::clone(&state), config_path, interval));
            }
            let maintaining = db.get().map(|db| tokio::spawn(maintain(Arc::clone(db), Arc::clone(&state))));
            let ended = following.await.unwrap_or(Ok(())).map_err(StartError::Signals);
            manager.stop().await;
            if let Some(maintaining) = maintaining {
                maintaining.abort();
            }
            ended
        }
        Err(error) => Err(error),
    };
    stop.send_replace(true);
    // A panic there has been logged; nothing is left to end.
    let _ = serving.await;
    if let Some(Err(error)) = db.get().map(|db| db.close()) {
        tracing::error!(%error, "cannot close the database");
    }
    result
}

/// What takes remote write, if the flags ask for it.
fn receiver(flags: &Flags) -> Result<Option<Receiver>, StartError> {
    const MESSAGES: &str = "web.remote-write-receiver.accepted-protobuf-messages";
    let accepted = Accepted::parse(&flags.texts(MESSAGES).join(","))
        .map_err(|message| StartError::Flag { flag: MESSAGES, message })?;
    let options = narthex_remote::receive::Options {
        accepted,
        keep_metadata: flags.has_feature("metadata-wal-records"),
        type_and_unit_labels: flags.has_feature("type-and-unit-labels"),
        start_timestamp_zeros: flags.has_feature("created-timestamp-zero-ingestion"),
    };
    Ok(flags.bool("web.enable-remote-write-receiver").then(|| Receiver::new(options)))
}

/// The dashboards under `/dashboards`, which ask this server without a connection.
fn dashboards(flags: &Flags, api: axum::Router, prefix: &str) -> Result<axum::Router, StartError> {
    let given = |names: Vec<&str>| {
        names.into_iter().filter(|text| !text.is_empty()).map(PathBuf::from).collect::<Vec<_>>()
    };
    let places = Places {
        paths: given(flags.texts("dashboards.path")),
        writable: flags.bool("dashboards.writable"),
        provisioning: given(vec![flags.text("provisioning.path")]).pop(),
    };
    let own = DataSource::local("narthex", "This server", api, prefix);
    own.map_err(|error| error.to_string())
        .and_then(|own| front(&places, own, true, format!("{prefix}/dashboards")))
        .map_err(StartError::Config)
}

/// Opens the database and begins to scrape.
async fn open(
    flags: &Flags,
    state: &ServerState,
    late: &LateDb,
    targets: &LateTargets,
) -> Result<Arc<ScrapeManager>, StartError> {
    let begun = std::time::Instant::now();
    let replay_progress = Arc::clone(&late.replay);
    let options = narthex_tsdb::Options { replay_progress, ..database_options(flags, state) };
    let dir = late.dir.clone();
    let db = tokio::task::spawn_blocking(move || Db::open(dir, options))
        .await
        .map_err(|_| StartError::Panicked)??;
    let report = db.replay_report();
    for repair in &report.repairs {
        tracing::warn!("the write-ahead log was repaired: {repair}");
    }
    tracing::info!(
        segments = report.segments,
        series = report.series,
        samples = report.samples,
        duration = ?begun.elapsed(),
        "Database opened"
    );
    let db = Arc::new(db);
    late.opened(Arc::clone(&db));
    let manager = Arc::new(ScrapeManager::new(db, scrape_options(flags, state)));
    targets.started(Arc::clone(&manager));
    state.apply_jobs(&state.config()).map_err(StartError::Config)?;
    Ok(manager)
}

fn duration(flags: &Flags, name: &str) -> Duration {
    Duration::from_millis(flags.duration_ms(name).max(0).unsigned_abs())
}

fn database_options(flags: &Flags, state: &ServerState) -> narthex_tsdb::Options {
    let compression =
        match (flags.bool("storage.tsdb.wal-compression"), flags.text("storage.tsdb.wal-compression-type")) {
            (false, _) => Compression::None,
            (true, "zstd") => Compression::Zstd,
            (true, _) => Compression::Snappy,
        };
    let defaults = narthex_tsdb::Options::default();
    let segment = flags.size("storage.tsdb.wal-segment-size");
    let config = state.config();
    let exemplars = config.root().get("storage").and_then(|storage| storage.get("exemplars"));
    let max_exemplars = exemplars.map_or(100_000, |section| section.int("max_exemplars").max(0));
    let uploads_file = flags.text("storage.tsdb.delay-compact-file.path");
    narthex_tsdb::Options {
        wal_compression: compression,
        wal_segment_size: if segment == 0 { defaults.wal_segment_size } else { segment },
        min_block_duration: flags.duration_ms("storage.tsdb.min-block-duration"),
        retention: super::retention_limits(flags, &config),
        max_block_duration: super::longest_block(flags, &config),
        uploads_file: (!uploads_file.is_empty()).then(|| uploads_file.into()),
        overlapping_compaction: flags.bool("storage.tsdb.allow-overlapping-compaction"),
        memory_limit: flags.size("storage.memory-limit"),
        no_lock_file: flags.bool("storage.tsdb.no-lockfile"),
        memory_snapshot: flags.has_feature("memory-snapshot-on-shutdown"),
        out_of_order_window: super::out_of_order_window(&config),
        stale_series_threshold: super::stale_threshold(&config),
        start_timestamps: flags.has_feature("st-storage"),
        float_encoding: super::float_encoding(flags, &config),
        histogram_starts: flags.has_feature("histograms-st-encoding"),
        max_exemplars: usize::try_from(max_exemplars).unwrap_or(usize::MAX),
        ..defaults
    }
}

/// Cuts blocks, merges them and removes what is too old, once a minute.
async fn maintain(db: Arc<Db>, state: Arc<ServerState>) {
    let mut ticks = tokio::time::interval(Duration::from_secs(60));
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        let db = Arc::clone(&db);
        match tokio::task::spawn_blocking(move || db.maintain()).await {
            Ok(Ok(done)) => {
                state.maintained(|numbers| {
                    numbers.written += done.head_blocks.len() as u64;
                    numbers.merged += done.compacted.len() as u64;
                });
                for (what, blocks) in [
                    ("written", &done.head_blocks),
                    ("written of stale series", &done.stale_blocks),
                    ("compacted", &done.compacted),
                    ("removed", &done.removed),
                ] {
                    blocks.iter().for_each(|block| tracing::info!(block, "Block {what}"));
                }
            }
            Ok(Err(error)) => {
                state.maintained(|numbers| numbers.failed += 1);
                tracing::error!(%error, "maintenance of the database failed, it is tried again")
            }
            Err(error) => tracing::error!(%error, "maintenance of the database panicked"),
        }
    }
}

fn scrape_options(flags: &Flags, state: &ServerState) -> narthex_scrape::Options {
    let mut identity = hostname();
    for (name, value) in state.config().external_labels() {
        identity.push_str(&format!("\u{ff}{name}\u{ff}{value}"));
    }
    let defaults = narthex_scrape::Options::default();
    let discovery = narthex_discovery::ManagerOptions {
        publish_interval: duration(flags, "scrape.discovery-reload-interval"),
        ..defaults.discovery
    };
    narthex_scrape::Options {
        offset_seed: narthex_model::Labels::from_pairs([("server", identity.as_str())]).hash64(),
        extra_metrics: flags.has_feature("extra-scrape-metrics"),
        append_metadata: flags.has_feature("metadata-wal-records"),
        type_and_unit_labels: flags.has_feature("type-and-unit-labels"),
        start_timestamps: flags.has_feature("st-storage"),
        start_timestamp_zeros: flags.has_feature("created-timestamp-zero-ingestion"),
        zstd: flags.has_feature("zstd-scrape"),
        discovery,
        ..defaults
    }
}

/// The file that notes running queries; says what a crash has left in it.
fn active_queries(flags: &Flags) -> Option<ActiveQueries> {
    let folder = PathBuf::from(flags.text("storage.tsdb.path"));
    let path = folder.join("queries.active");
    let opened = std::fs::create_dir_all(&folder)
        .and_then(|()| ActiveQueries::open(&path, flags.count("query.max-concurrency")));
    match opened {
        Ok((active, unfinished)) => {
            if let Some(queries) = unfinished {
                tracing::info!(queries, "These queries didn't finish in the last run:");
            }
            Some(active)
        }
        Err(error) => {
            tracing::warn!(%error, path = %path.display(), "running queries are not noted");
            None
        }
    }
}

fn engine_options(flags: &Flags) -> EngineOptions {
    EngineOptions {
        lookback_ms: flags.duration_ms("query.lookback-delta"),
        max_samples: flags.count("query.max-samples"),
        max_memory: usize::try_from(flags.size("query.max-memory")).unwrap_or(usize::MAX),
        timeout: duration(flags, "query.timeout"),
        // The API admits this many and lets the others wait without holding a thread.
        max_concurrency: 0,
        delayed_name_removal: flags.has_feature("promql-delayed-name-removal"),
        type_and_unit_labels: flags.has_feature("type-and-unit-labels"),
        use_start_timestamps: flags.has_feature("use-start-timestamps"),
        parser: ParserOptions {
            experimental_functions: flags.has_feature("promql-experimental-functions"),
            extended_range_selectors: flags.has_feature("promql-extended-range-selectors"),
            binop_fill_modifiers: flags.has_feature("promql-binop-fill-modifiers"),
            ..ParserOptions::default()
        },
        ..EngineOptions::default()
    }
}

fn settings(flags: &Flags, own_port: Option<u16>) -> Result<Settings, StartError> {
    let external_url = external_url(flags.text("web.external-url"), own_port)
        .map_err(|message| StartError::Flag { flag: "web.external-url", message })?;
    let prefix = match flags.text("web.route-prefix") {
        "" => external_url.path(),
        prefix => prefix,
    };
    let cors = CorsOrigin::new(flags.text("web.cors.origin"))
        .map_err(|error| StartError::Flag { flag: "web.cors.origin", message: error.to_string() })?;
    Ok(Settings {
        route_prefix: normalise(prefix),
        external_url: external_url.clone(),
        own_port,
        lifecycle: flags.bool("web.enable-lifecycle"),
        admin: flags.bool("web.enable-admin-api"),
        cors,
        query_concurrency: flags.count("query.max-concurrency"),
        subscribers_max: flags.count("web.max-notifications-subscribers").min(10_000),
    })
}

/// The pages; a title that was given is on the entry page.
fn user_interface(flags: &Flags) -> Ui {
    let ui = Ui::new("index.html");
    if flags.is_given("web.page-title") { ui.with_title(flags.text("web.page-title")) } else { ui }
}

/// The URL under which others reach this server; made of the machine's name and the port unless given.
fn external_url(given: &str, port: Option<u16>) -> Result<Url, String> {
    if given.starts_with(['"', '\'']) || given.ends_with(['"', '\'']) {
        return Err(format!("{given} must not be in quotes"));
    }
    let text = match given {
        "" => format!("http://{}:{}/", hostname(), port.unwrap_or(9090)),
        path if path.starts_with('/') => format!("http://{}:{}{path}", hostname(), port.unwrap_or(9090)),
        url => url.to_owned(),
    };
    Url::parse(&text).map_err(|error| format!("\"{text}\" is not a URL: {error}"))
}

fn announce_flags(flags: &Flags) {
    for (flag, why) in flags.given_without_effect() {
        tracing::warn!("--{flag} changes nothing: {why}");
    }
    for feature in flags.features() {
        if FEATURES.iter().any(|(name, _)| *name == feature) {
            tracing::info!(feature, "Feature enabled");
        } else if let Some((_, why)) = FEATURES_WITHOUT_EFFECT.iter().find(|(name, _)| *name == feature) {
            tracing::warn!("--enable-feature={feature} changes nothing: {why}");
        } else {
            tracing::warn!("--enable-feature={feature}: unknown feature, ignored");
        }
    }
}
