//! What `narthex dash` and the server's `/dashboards` have in common: the dashboards inside the program, and flags to roots
//! and data sources.

use std::path::PathBuf;

use axum::Router;
use narthex_dashboards::library::{BuiltIn, Root};
use narthex_dashboards::{DataSource, Options, provisioning};

/// The dashboards of the repository; a file with the same uid takes their place.
const BUILT_IN: &[BuiltIn] = &[
    BuiltIn {
        name: "heart-disease.json",
        text: include_str!("../../../deploy/dashboards/heart-disease.json"),
    },
    BuiltIn { name: "narthex.json", text: include_str!("../../../deploy/dashboards/narthex.json") },
    BuiltIn { name: "node.json", text: include_str!("../../../deploy/dashboards/node.json") },
    BuiltIn { name: "service.json", text: include_str!("../../../deploy/dashboards/service.json") },
];

/// Where dashboards come from, as flags say it.
#[derive(Debug, Clone, Default)]
pub(crate) struct Places {
    /// `--dashboards.path`
    pub(crate) paths: Vec<PathBuf>,
    /// `--dashboards.writable`
    pub(crate) writable: bool,
    /// `--provisioning.path`
    pub(crate) provisioning: Option<PathBuf>,
}

/// The front over `places`; data sources of provisioning files come before `own`, unless `own` was asked for.
pub(crate) fn front(
    places: &Places,
    own: DataSource,
    own_first: bool,
    route_prefix: String,
) -> Result<Router, String> {
    let mut roots = Vec::new();
    for path in &places.paths {
        std::fs::metadata(path).map_err(|error| format!("--dashboards.path: {}: {error}", path.display()))?;
        roots.push(Root { writable: places.writable, ..Root::path(path) });
    }
    let mut sources = Vec::new();
    if let Some(folder) = &places.provisioning {
        let read = provisioning::read(folder).map_err(|error| format!("--provisioning.path: {error}"))?;
        for remark in &read.remarks {
            tracing::warn!("provisioning: {remark}");
        }
        roots.extend(read.roots);
        sources = read.sources;
    }
    if own_first {
        sources.insert(0, own);
    } else if sources.is_empty() {
        sources.push(own);
    }
    if roots.iter().all(|root| !root.writable) && places.writable {
        return Err("--dashboards.writable: there is no folder to write to; give one with --dashboards.path"
            .to_owned());
    }
    roots.push(Root::built_in(BUILT_IN));
    Ok(narthex_dashboards::router(Options { roots, sources, route_prefix }))
}
