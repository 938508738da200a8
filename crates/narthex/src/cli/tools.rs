//! The tools: `narthex dash`, `check`, `query`, `test`; those of `narthex tsdb` are in their own file.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::TsdbCommand;

/// What to do instead of running the server.
#[derive(Debug, Subcommand)]
pub(crate) enum Tool {
    /// Serve Grafana dashboards from JSON files
    Dash(DashOptions),
    /// Check files, or a running server
    #[command(subcommand)]
    Check(CheckCommand),
    /// Ask a running server
    Query(QueryOptions),
    /// Run tests
    #[command(subcommand)]
    Test(TestCommand),
    /// Work on data directories
    #[command(subcommand)]
    Tsdb(TsdbCommand),
}

/// The flags of `narthex dash`.
#[derive(Debug, Args)]
pub(crate) struct DashOptions {
    /// The Prometheus API that the dashboards query; http://127.0.0.1:9090 unless provisioning files name others
    #[arg(long = "datasource.url", value_name = "URL")]
    pub(crate) datasource_url: Option<String>,
    /// The name of the data source
    #[arg(long = "datasource.name", value_name = "NAME", default_value = "Prometheus")]
    pub(crate) datasource_name: String,
    /// How often the data source scrapes, for $__rate_interval
    #[arg(long = "datasource.scrape-interval", value_name = "DURATION", default_value = "15s")]
    pub(crate) scrape_interval: String,
    /// User and password for the data source, user:password
    #[arg(
        long = "datasource.basic-auth",
        value_name = "USER:PASSWORD",
        env = "NARTHEX_DATASOURCE_BASIC_AUTH",
        hide_env_values = true
    )]
    pub(crate) basic_auth: Option<String>,
    /// A file that holds a bearer token for the data source; read for every request
    #[arg(long = "datasource.bearer-token-file", value_name = "FILE", conflicts_with = "basic_auth")]
    pub(crate) bearer_token_file: Option<PathBuf>,
    /// A folder with dashboards, *.json; may be given several times
    #[arg(long = "dashboards.path", value_name = "DIR")]
    pub(crate) paths: Vec<PathBuf>,
    /// Let the browser change the dashboards in these folders, and add some
    #[arg(long = "dashboards.writable")]
    pub(crate) writable: bool,
    /// A folder with Grafana's provisioning files: dashboards/*.yaml and datasources/*.yaml
    #[arg(long = "provisioning.path", value_name = "DIR")]
    pub(crate) provisioning: Option<PathBuf>,
    /// Where to listen, host:port; may be given several times
    #[arg(long = "web.listen-address", value_name = "ADDRESS", default_value = "127.0.0.1:3000")]
    pub(crate) listen: Vec<String>,
    /// A file with TLS and authentication settings of this server
    #[arg(long = "web.config.file", value_name = "FILE", default_value = "", hide_default_value = true)]
    pub(crate) web_config: String,
    /// How long reading a request may take, and how long idle connections are kept
    #[arg(long = "web.read-timeout", value_name = "DURATION", default_value = "5m")]
    pub(crate) read_timeout: String,
    /// The prefix of all routes
    #[arg(long = "web.route-prefix", value_name = "PATH", default_value = "/")]
    pub(crate) route_prefix: String,
    /// How many connections can be open at once
    #[arg(long = "web.max-connections", value_name = "NUMBER", default_value_t = 512)]
    pub(crate) connections_max: usize,
    /// Only messages of this severity or above are logged
    #[arg(long = "log.level", default_value = "info", value_parser = ["debug", "info", "warn", "error"])]
    pub(crate) log_level: String,
    /// The form of log lines
    #[arg(long = "log.format", default_value = "logfmt", value_parser = ["logfmt", "json"])]
    pub(crate) log_format: String,
}

/// `narthex check …`
#[derive(Debug, Subcommand)]
pub(crate) enum CheckCommand {
    /// Check configuration files
    Config {
        /// Do not look at the files that the configuration names
        #[arg(long)]
        syntax_only: bool,
        /// The files
        #[arg(required = true)]
        files: Vec<PathBuf>,
    },
    /// Check web configuration files
    WebConfig {
        /// The files
        #[arg(required = true)]
        files: Vec<PathBuf>,
    },
    /// Check a page of metrics on standard input: names, texts, number of series
    Metrics {
        /// Print how many series each metric has
        #[arg(long)]
        extended: bool,
        /// Which conventions to check
        #[arg(long, default_value = "all", value_parser = ["all", "none"])]
        lint: String,
    },
    /// Show what a job's discovery finds, before and after relabelling
    ServiceDiscovery {
        /// The configuration file
        file: PathBuf,
        /// The job
        job: String,
        /// How long to wait for targets
        #[arg(long, default_value = "30s")]
        timeout: String,
    },
    /// Check that a server is healthy
    Healthy {
        /// The server
        #[arg(long, default_value = "http://localhost:9090")]
        url: String,
        #[command(flatten)]
        http: HttpFile,
    },
    /// Check that a server is ready
    Ready {
        /// The server
        #[arg(long, default_value = "http://localhost:9090")]
        url: String,
        #[command(flatten)]
        http: HttpFile,
    },
}

/// How to reach the server.
#[derive(Debug, Clone, Default, Args)]
pub(crate) struct HttpFile {
    /// A file with the HTTP client's settings: credentials, TLS, proxy, headers
    #[arg(long = "http.config.file", value_name = "FILE", global = true)]
    pub(crate) http_config: Option<PathBuf>,
}

/// `narthex query …`
#[derive(Debug, Args)]
pub(crate) struct QueryOptions {
    #[command(flatten)]
    pub(crate) http: HttpFile,
    #[command(subcommand)]
    pub(crate) command: QueryCommand,
}

/// The server to ask, and how to print.
#[derive(Debug, Args)]
pub(crate) struct QueryTarget {
    /// Print the answer's JSON instead of text
    #[arg(short = 'o', long = "format", default_value = "promql", value_parser = ["promql", "json"])]
    pub(crate) format: String,
    /// The server
    pub(crate) server: String,
}

/// `narthex query …`
#[derive(Debug, Subcommand)]
pub(crate) enum QueryCommand {
    /// Evaluate an expression at one time
    Instant {
        #[command(flatten)]
        target: QueryTarget,
        /// The expression
        expr: String,
        /// When: seconds or RFC 3339; now unless given
        #[arg(long)]
        time: Option<String>,
    },
    /// Evaluate an expression over a range
    Range {
        #[command(flatten)]
        target: QueryTarget,
        /// The expression
        expr: String,
        /// From: seconds or RFC 3339; five minutes ago unless given
        #[arg(long)]
        start: Option<String>,
        /// To: seconds or RFC 3339; now unless given
        #[arg(long)]
        end: Option<String>,
        /// Time between points
        #[arg(long)]
        step: Option<String>,
    },
    /// Count the buckets that histograms really use
    Analyze {
        /// The server
        #[arg(long)]
        server: String,
        /// What to analyze
        #[arg(long = "type", default_value = "histogram", value_parser = ["histogram"])]
        kind: String,
        /// A selector of histograms; may be given several times
        #[arg(long = "match", required = true)]
        matches: Vec<String>,
        /// How far back to look
        #[arg(long, default_value = "1h")]
        duration: String,
        /// Up to when: seconds or RFC 3339; now unless given
        #[arg(long)]
        time: Option<String>,
    },
    /// List series
    Series {
        #[command(flatten)]
        target: QueryTarget,
        /// A selector; may be given several times
        #[arg(long = "match", required = true)]
        matches: Vec<String>,
        /// From: seconds or RFC 3339
        #[arg(long)]
        start: Option<String>,
        /// To: seconds or RFC 3339
        #[arg(long)]
        end: Option<String>,
    },
    /// List the values of a label
    Labels {
        #[command(flatten)]
        target: QueryTarget,
        /// The label's name
        name: String,
        /// A selector; may be given several times
        #[arg(long = "match")]
        matches: Vec<String>,
        /// From: seconds or RFC 3339
        #[arg(long)]
        start: Option<String>,
        /// To: seconds or RFC 3339
        #[arg(long)]
        end: Option<String>,
    },
}

/// `narthex test …`
#[derive(Debug, Subcommand)]
pub(crate) enum TestCommand {
    /// Run PromQL test scripts (*.test)
    Promql {
        /// Files, or folders with them
        #[arg(required = true)]
        paths: Vec<PathBuf>,
    },
}
