//! `narthex dash`: the dashboards' front, an HTTP server of its own.

use std::process::ExitCode;
use std::time::Duration;

use narthex_dashboards::DataSource;
use narthex_http_client::{Authorization, BasicAuth, HttpOptions, Secret, SecretSource};
use narthex_web::prefix::normalise;
use narthex_web::server;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;

use super::complain;
use crate::cli::DashOptions;
use crate::dashboards::{Places, front};

/// The data source unless one is named: a server with the default port on this machine.
const DEFAULT_SOURCE: &str = "http://127.0.0.1:9090";

/// Serves until a signal ends it.
pub(crate) async fn run(options: DashOptions) -> ExitCode {
    crate::logging::init(&options.log_level, &options.log_format);
    match serve(options).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            complain(&format!("narthex dash: error: {error}"));
            ExitCode::FAILURE
        }
    }
}

async fn serve(options: DashOptions) -> Result<(), String> {
    narthex_model::duration::parse_ms(&options.scrape_interval)
        .map_err(|error| format!("--datasource.scrape-interval: {error}"))?;
    let address = options.datasource_url.as_deref().unwrap_or(DEFAULT_SOURCE);
    let uid = DataSource::uid_of(&options.datasource_name);
    let source = DataSource::new(&uid, &options.datasource_name, address)
        .map_err(|error| format!("--datasource.url: {error}"))?;
    let http = credentials(&options)?;
    let source = DataSource { http, scrape_interval: options.scrape_interval.clone(), ..source };
    let secure = crate::server::secure(&options.web_config)?;
    let read_timeout = narthex_model::duration::parse_ms(&options.read_timeout)
        .map_err(|error| format!("--web.read-timeout: {error}"))?;
    let places =
        Places { paths: options.paths, writable: options.writable, provisioning: options.provisioning };
    let own_first = options.datasource_url.is_some();
    let router = front(&places, source, own_first, normalise(&options.route_prefix))?;
    let mut listeners = Vec::new();
    for address in &options.listen {
        let listener = server::bind(address).await.map_err(|error| error.to_string())?;
        if let Ok(address) = listener.local_addr() {
            tracing::info!(%address, "Listening for connections");
        }
        listeners.push(listener);
    }
    let limits = server::Options {
        connections_max: options.connections_max.max(1),
        read_timeout: Duration::from_millis(read_timeout.unsigned_abs()),
        secure,
        ..server::Options::default()
    };
    let (stop, stopped) = watch::channel(false);
    let serving = tokio::spawn(server::serve(listeners, router, limits, stopped));
    let terminate = signal(SignalKind::terminate())
        .and_then(|terminate| Ok((terminate, signal(SignalKind::interrupt())?)));
    let (mut terminate, mut interrupt) =
        terminate.map_err(|error| format!("cannot follow signals: {error}"))?;
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
    stop.send_replace(true);
    // A panic there has been logged; nothing is left to end.
    let _ = serving.await;
    Ok(())
}

fn credentials(options: &DashOptions) -> Result<HttpOptions, String> {
    let basic_auth = match options.basic_auth.as_deref().map(|text| text.split_once(':')) {
        None => None,
        Some(Some((username, password))) => Some(BasicAuth {
            username: SecretSource::Inline(Secret::new(username)),
            password: SecretSource::Inline(Secret::new(password)),
        }),
        Some(None) => return Err("--datasource.basic-auth: expected user:password".to_owned()),
    };
    let authorization = options.bearer_token_file.as_ref().map(|path| Authorization {
        kind: "Bearer".to_owned(),
        credentials: SecretSource::File(path.clone()),
    });
    Ok(HttpOptions { basic_auth, authorization, ..HttpOptions::default() })
}
