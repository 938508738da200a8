//! From discovered labels to a target: defaults, relabelling, checks, URL. Also called by `check service-discovery`.

use std::time::Duration;

use narthex_discovery::{ADDRESS_LABEL, TargetGroup};
use narthex_model::duration::{self, DurationError};
use narthex_model::names::{INSTANCE_LABEL, JOB_LABEL};
use narthex_model::relabel::process;
use narthex_model::{Labels, LabelsBuilder};
use url::Url;

use crate::config::ScrapeConfig;

const SCHEME_LABEL: &str = "__scheme__";
const METRICS_PATH_LABEL: &str = "__metrics_path__";
const INTERVAL_LABEL: &str = "__scrape_interval__";
const TIMEOUT_LABEL: &str = "__scrape_timeout__";
const PARAM_PREFIX: &str = "__param_";
const RESERVED_PREFIX: &str = "__";

/// A target ready to be scraped.
#[derive(Debug, Clone, PartialEq)]
pub struct Populated {
    /// Labels as discovered, with the job's defaults, before relabelling.
    pub discovered: Labels,
    /// Labels of its series.
    pub labels: Labels,
    /// What is requested.
    pub url: Url,
    /// Time from scrape to scrape.
    pub interval: Duration,
    /// The longest a scrape may take.
    pub timeout: Duration,
}

/// Why labels do not make a target.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum PopulateError {
    /// Nothing to connect to.
    #[error("no address")]
    NoAddress,
    /// Not `host` or `host:port`.
    #[error("\"{0}\" is not a valid hostname")]
    BadAddress(String),
    /// A label with a duration is none.
    #[error("error parsing {what}: {source}")]
    BadDuration {
        /// `scrape interval` or `scrape timeout`.
        what: &'static str,
        /// What is wrong.
        source: DurationError,
    },
    /// A label with a duration is zero.
    #[error("{0} cannot be 0")]
    ZeroDuration(&'static str),
    /// A timeout longer than the interval.
    #[error("scrape timeout cannot be greater than scrape interval (\"{timeout}\" > \"{interval}\")")]
    TimeoutTooLong {
        /// The timeout's label.
        timeout: String,
        /// The interval's label.
        interval: String,
    },
    /// Scheme, address and path do not make a URL.
    #[error("\"{0}\" is not a valid target URL")]
    BadUrl(String),
}

/// Makes a target of one of the group's label sets. `Ok(Err(labels))`: relabelling dropped it, these are the labels as
/// discovered.
pub fn populate(
    config: &ScrapeConfig,
    group: &TargetGroup,
    target: &Labels,
    builder: &mut LabelsBuilder,
) -> Result<Result<Populated, Labels>, PopulateError> {
    builder.reset(&group.labels);
    for (name, value) in target {
        builder.set(name, value);
    }
    set_defaults(config, builder);
    let discovered = builder.build();
    if !process(&config.relabel, builder) {
        return Ok(Err(discovered));
    }
    let address = builder.get(ADDRESS_LABEL).unwrap_or_default().to_owned();
    if address.is_empty() {
        return Err(PopulateError::NoAddress);
    }
    if address.contains('/') {
        return Err(PopulateError::BadAddress(address));
    }
    let (interval, timeout) = times(builder)?;
    let url = target_url(config, &address, builder)?;
    if builder.get(INSTANCE_LABEL).is_none() {
        builder.set(INSTANCE_LABEL, &address);
    }
    let labels = builder.build().without(|name| name.starts_with(RESERVED_PREFIX));
    Ok(Ok(Populated { discovered, labels, url, interval, timeout }))
}

fn set_defaults(config: &ScrapeConfig, builder: &mut LabelsBuilder) {
    let mut default = |name: &str, value: &str| {
        if builder.get(name).is_none() {
            builder.push(name, value);
        }
    };
    default(JOB_LABEL, &config.job_name);
    default(INTERVAL_LABEL, &duration::format(config.interval));
    default(TIMEOUT_LABEL, &duration::format(config.timeout));
    default(METRICS_PATH_LABEL, &config.metrics_path);
    default(SCHEME_LABEL, &config.scheme);
    for (name, values) in &config.params {
        if let Some(first) = values.first() {
            default(&format!("{PARAM_PREFIX}{name}"), first);
        }
    }
}

fn times(builder: &LabelsBuilder) -> Result<(Duration, Duration), PopulateError> {
    let read = |label: &str, what| {
        let text = builder.get(label).unwrap_or_default();
        match duration::parse(text) {
            Ok(Duration::ZERO) => Err(PopulateError::ZeroDuration(what)),
            Ok(duration) => Ok((duration, text)),
            Err(source) => Err(PopulateError::BadDuration { what, source }),
        }
    };
    let (interval, interval_text) = read(INTERVAL_LABEL, "scrape interval")?;
    let (timeout, timeout_text) = read(TIMEOUT_LABEL, "scrape timeout")?;
    if timeout > interval {
        return Err(PopulateError::TimeoutTooLong {
            timeout: timeout_text.to_owned(),
            interval: interval_text.to_owned(),
        });
    }
    Ok((interval, timeout))
}

/// `scheme://address/path?params`, where labels win over the job's parameters.
fn target_url(config: &ScrapeConfig, address: &str, builder: &LabelsBuilder) -> Result<Url, PopulateError> {
    let scheme = builder.get(SCHEME_LABEL).unwrap_or_default();
    let base = format!("{scheme}://{address}");
    let mut url = match Url::parse(&base) {
        Ok(url) if url.has_host() && matches!(url.scheme(), "http" | "https") => url,
        _ => return Err(PopulateError::BadUrl(base)),
    };
    url.set_path(builder.get(METRICS_PATH_LABEL).unwrap_or_default());
    let mut params = config.params.clone();
    for (name, value) in builder.iter() {
        if let Some(name) = name.strip_prefix(PARAM_PREFIX) {
            let values = params.entry(name.to_owned()).or_default();
            match values.first_mut() {
                Some(first) => value.clone_into(first),
                None => values.push(value.to_owned()),
            }
        }
    }
    if !params.is_empty() {
        let mut query = url.query_pairs_mut();
        for (name, values) in &params {
            query.extend_pairs(values.iter().map(|value| (name, value)));
        }
    }
    Ok(url)
}

#[cfg(test)]
mod tests {
    use narthex_model::relabel::{Action, RuleSpec};

    use super::*;

    fn run(
        config: &ScrapeConfig,
        pairs: &[(&str, &str)],
    ) -> Result<Result<Populated, Labels>, PopulateError> {
        let group = TargetGroup {
            labels: Labels::from_pairs([("env", "test"), ("__meta_x", "1")]),
            ..TargetGroup::default()
        };
        populate(config, &group, &Labels::from_pairs(pairs.iter().copied()), &mut LabelsBuilder::new())
    }

    #[test]
    fn defaults_and_overrides() {
        let mut config = ScrapeConfig::new("j");
        config.params.insert("module".to_owned(), vec!["a".to_owned(), "b".to_owned()]);
        let target = run(&config, &[("__address__", "h:1")]).unwrap().unwrap();
        assert_eq!(target.labels, Labels::from_pairs([("env", "test"), ("instance", "h:1"), ("job", "j")]));
        assert_eq!(target.url.as_str(), "http://h:1/metrics?module=a&module=b");
        assert_eq!((target.interval.as_secs(), target.timeout.as_secs()), (60, 10));
        assert_eq!(target.discovered.get("__scrape_interval__"), Some("1m"));
        assert_eq!(target.discovered.get("__meta_x"), Some("1"));
        let target = run(
            &config,
            &[
                ("__address__", "h"),
                ("__scheme__", "https"),
                ("__metrics_path__", "/a b"),
                ("__param_module", "c d"),
                ("__param_x", "y"),
                ("__scrape_interval__", "5s"),
                ("__scrape_timeout__", "1s"),
                ("instance", "i"),
                ("job", "k"),
            ],
        );
        let target = target.unwrap().unwrap();
        assert_eq!(target.url.as_str(), "https://h/a%20b?module=c+d&module=b&x=y");
        assert_eq!(target.labels.get("instance"), Some("i"));
        assert_eq!(target.labels.get("job"), Some("k"));
        assert_eq!(target.interval.as_secs(), 5);
    }

    #[test]
    fn refused() {
        let config = ScrapeConfig::new("j");
        let cases: [(&[(&str, &str)], &str); 7] = [
            (&[], "no address"),
            (&[("__address__", "http://h:1")], "not a valid hostname"),
            (&[("__address__", "h:1"), ("__scrape_interval__", "x")], "error parsing scrape interval"),
            (&[("__address__", "h:1"), ("__scrape_timeout__", "0")], "scrape timeout cannot be 0"),
            (&[("__address__", "h:1"), ("__scrape_interval__", "1s")], "(\"10s\" > \"1s\")"),
            (&[("__address__", "h:1"), ("__scheme__", "ftp")], "not a valid target URL"),
            (&[("__address__", "h:99999")], "not a valid target URL"),
        ];
        for (labels, text) in cases {
            let error = run(&config, labels).unwrap_err().to_string();
            assert!(error.contains(text), "{error}");
        }
    }

    #[test]
    fn dropped_by_relabelling() {
        let spec = RuleSpec {
            action: Action::Drop,
            source_labels: vec!["env".to_owned()],
            regex: "test".to_owned(),
            ..RuleSpec::default()
        };
        let config = ScrapeConfig { relabel: vec![spec.compile().unwrap()], ..ScrapeConfig::new("j") };
        let dropped = run(&config, &[("__address__", "h:1")]).unwrap().unwrap_err();
        assert_eq!(dropped.get("__address__"), Some("h:1"));
    }
}
