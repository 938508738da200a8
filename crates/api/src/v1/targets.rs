//! `targets`: what is scraped, how it fares, and what relabelling dropped.

use axum::extract::State;
use narthex_model::duration;
use narthex_scrape::{DroppedTarget, TargetSnapshot};

use crate::context::{Settings, Shared};
use crate::json::{Writer, write_labels};
use crate::params::Params;
use crate::respond::{Answer, ApiResult};
use crate::time::rfc3339_ns;

/// Go's zero time, for a target that was not scraped yet.
const NEVER: &str = "0001-01-01T00:00:00Z";

/// The endpoint. Parameters: `state` (`active`, `dropped`, `any`), `scrapePool`.
pub(crate) async fn targets(State(state): Shared, params: Params) -> ApiResult {
    let wanted = params.get("state").to_ascii_lowercase();
    let pool = Some(params.get("scrapePool")).filter(|pool| !pool.is_empty());
    let both = matches!(wanted.as_str(), "" | "any");
    let (show_active, show_dropped) = (both || wanted == "active", both || wanted == "dropped");
    let active = if show_active { state.targets.active(pool) } else { Vec::new() };
    let dropped = if show_dropped { state.targets.dropped(pool) } else { Vec::new() };
    let counts = if show_dropped { Some(state.targets.dropped_counts()) } else { None };
    Ok(Answer::new(|out| {
        out.begin_object().key("activeTargets").begin_array();
        active.iter().for_each(|target| write_active(out, target, &state.settings));
        out.end_array().key("droppedTargets").begin_array();
        dropped.iter().for_each(|target| write_dropped(out, target));
        out.end_array().key("droppedTargetCounts");
        match counts {
            None => _ = out.null(),
            Some(counts) => {
                out.begin_object();
                for (name, count) in &counts {
                    out.key(name).uint(*count as u64);
                }
                out.end_object();
            }
        }
        out.end_object();
    }))
}

fn write_active(out: &mut Writer, target: &TargetSnapshot, settings: &Settings) {
    out.begin_object().key("discoveredLabels");
    write_labels(out, &target.discovered_labels);
    out.key("labels");
    write_labels(out, &target.labels);
    out.key("scrapePool").string(&target.pool);
    out.key("scrapeUrl").string(target.scrape_url.as_str());
    let global = target.global_url(&settings.external_url, settings.own_port);
    out.key("globalUrl").string(global.as_str());
    out.key("lastError").string(target.last_error.as_deref().unwrap_or_default());
    let last = target.last_scrape.map(|ms| rfc3339_ns(i128::from(ms) * 1_000_000));
    out.key("lastScrape").string(last.as_deref().unwrap_or(NEVER));
    out.key("lastScrapeDuration").number(target.last_scrape_duration.as_secs_f64());
    out.key("health").string(target.health.as_str());
    out.key("scrapeInterval").string(&duration::format(target.interval));
    out.key("scrapeTimeout").string(&duration::format(target.timeout)).end_object();
}

fn write_dropped(out: &mut Writer, target: &DroppedTarget) {
    out.begin_object().key("discoveredLabels");
    write_labels(out, &target.discovered_labels);
    out.key("scrapePool").string(&target.pool).end_object();
}
