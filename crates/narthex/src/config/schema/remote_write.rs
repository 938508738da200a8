//! `remote_write`: other stores to write to.

use super::http_client::{HTTP_CLIENT_HTTP1, check_http_client, check_remote_headers};
use super::relabel::RELABEL;
use super::{Field, Kind, Section, checked, def, opt, pos_of, require, section};
use crate::config::error::Cx;
use crate::config::node::Node;

const MESSAGES: &[&str] = &["prometheus.WriteRequest", "io.prometheus.write.v2.Request"];

const QUEUE_FIELDS: &[Field] = &[
    def("capacity", Kind::Int, "10000"),
    def("max_shards", Kind::Int, "50"),
    def("min_shards", Kind::Int, "1"),
    def("max_samples_per_send", Kind::Int, "2000"),
    def("batch_send_deadline", Kind::Duration, "5s"),
    def("min_backoff", Kind::Duration, "30ms"),
    def("max_backoff", Kind::Duration, "5s"),
    opt("retry_on_http_429", Kind::Bool),
    opt("sample_age_limit", Kind::Duration),
];

static QUEUE: Section = Section { implied: true, ..checked("queue config", &[QUEUE_FIELDS], check_queue) };

const METADATA_FIELDS: &[Field] = &[
    def("send", Kind::Bool, "true"),
    def("send_interval", Kind::Duration, "1m"),
    def("max_samples_per_send", Kind::Int, "2000"),
];

static METADATA: Section = Section { implied: true, ..section("metadata config", &[METADATA_FIELDS]) };

const SIGV4_FIELDS: &[Field] = &[
    opt("region", Kind::Str),
    opt("access_key", Kind::Str),
    opt("secret_key", Kind::Secret),
    opt("profile", Kind::Str),
    opt("role_arn", Kind::Str),
    opt("external_id", Kind::Str),
    opt("use_fips_sts_endpoint", Kind::Bool),
    opt("service_name", Kind::Str),
];

/// AWS request signing.
pub(super) static SIGV4: Section = checked("sigv4 config", &[SIGV4_FIELDS], check_sigv4);

const MANAGED_IDENTITY_FIELDS: &[Field] = &[def("client_id", Kind::Str, "")];
static MANAGED_IDENTITY: Section = section("managed identity config", &[MANAGED_IDENTITY_FIELDS]);
static WORKLOAD_IDENTITY: Section = section(
    "workload identity config",
    &[&[def("client_id", Kind::Str, ""), def("tenant_id", Kind::Str, ""), opt("token_file_path", Kind::Str)]],
);
static AZURE_OAUTH: Section = section(
    "Azure OAuth config",
    &[&[opt("client_id", Kind::Str), opt("client_secret", Kind::Secret), opt("tenant_id", Kind::Str)]],
);
static AZURE_SDK: Section = section("Azure SDK config", &[&[opt("tenant_id", Kind::Str)]]);
const AZURE_AD_FIELDS: &[Field] = &[
    opt("managed_identity", Kind::Section(&MANAGED_IDENTITY)),
    opt("workload_identity", Kind::Section(&WORKLOAD_IDENTITY)),
    opt("oauth", Kind::Section(&AZURE_OAUTH)),
    opt("sdk", Kind::Section(&AZURE_SDK)),
    opt("cloud", Kind::Enum(&["AzureChina", "AzureGovernment", "AzurePublic"])),
    opt("scope", Kind::Str),
];
static AZURE_AD: Section = checked("azuread config", &[AZURE_AD_FIELDS], check_azure_ad);

static GOOGLE_IAM: Section = section("google_iam config", &[&[opt("credentials_file", Kind::Path)]]);

const FIELDS: &[Field] = &[
    opt("url", Kind::Url),
    def("remote_timeout", Kind::Duration, "30s"),
    opt("headers", Kind::Map(&Kind::Str)),
    opt("write_relabel_configs", Kind::Sections(&RELABEL)),
    opt("name", Kind::Str),
    opt("send_exemplars", Kind::Bool),
    opt("send_native_histograms", Kind::Bool),
    opt("round_robin_dns", Kind::Bool),
    def("protobuf_message", Kind::Enum(MESSAGES), "prometheus.WriteRequest"),
];

const TAIL: &[Field] = &[
    opt("queue_config", Kind::Section(&QUEUE)),
    opt("metadata_config", Kind::Section(&METADATA)),
    opt("sigv4", Kind::Section(&SIGV4)),
    opt("azuread", Kind::Section(&AZURE_AD)),
    opt("google_iam", Kind::Section(&GOOGLE_IAM)),
];

/// One store.
pub(crate) static REMOTE_WRITE: Section =
    checked("remote write config", &[FIELDS, HTTP_CLIENT_HTTP1, TAIL], check);

fn check(node: &mut Node, cx: &mut Cx) {
    require(node, "url", "the endpoint to write to", cx);
    check_remote_headers(node, cx);
    check_http_client(node, cx);
    check_signing(node, &["sigv4", "azuread", "google_iam"], cx);
}

/// One way to say who asks is enough; an empty section counts.
pub(super) fn check_signing(node: &Node, more: &[&str], cx: &mut Cx) {
    let ways = ["basic_auth", "authorization", "oauth2"].iter().chain(more);
    let set: Vec<_> = ways.filter_map(|name| node.get(name).map(|found| (*name, found.pos))).collect();
    if let [(first, _), (second, pos), ..] = set.as_slice()
        && more.contains(second)
    {
        let all = more.join(", ");
        let message = format!(
            "cannot be set together with {first}: at most one of basic_auth, authorization, oauth2, {all} is allowed"
        );
        cx.problem_in(second, *pos, message);
    }
}

const IDENTITIES: [&str; 4] = ["managed_identity", "workload_identity", "oauth", "sdk"];

fn check_azure_ad(node: &mut Node, cx: &mut Cx) {
    let mut set = IDENTITIES.iter().filter_map(|name| node.get(name).map(|found| (*name, found)));
    let Some((name, identity)) = set.next() else {
        return cx.problem(node.pos, format!("names no identity: expected one of {}", IDENTITIES.join(", ")));
    };
    if let Some((second, found)) = set.next() {
        let message = format!("cannot be set together with {name}: expected one identity");
        cx.problem_in(second, found.pos, message);
    }
    cx.enter(name);
    for field in ["client_id", "tenant_id"] {
        let text = identity.str(field);
        let is_tenant =
            field == "tenant_id" && text.chars().all(|c| c.is_ascii_alphanumeric() || "-.".contains(c));
        if !text.is_empty() && !is_uuid(text) && !is_tenant {
            let message = format!("\"{text}\" is not a UUID: expected 00000000-0000-0000-0000-000000000000");
            cx.problem_in(field, pos_of(identity, field), message);
        }
    }
    cx.leave();
}

fn is_uuid(text: &str) -> bool {
    let lengths = text.split('-').map(str::len);
    lengths.eq([8, 4, 4, 4, 12]) && text.chars().all(|c| c.is_ascii_hexdigit() || c == '-')
}

fn check_queue(node: &mut Node, cx: &mut Cx) {
    for field in ["capacity", "max_shards", "min_shards", "max_samples_per_send"] {
        if node.int(field) < 1 {
            cx.problem_in(field, pos_of(node, field), format!("is {}: expected at least 1", node.int(field)));
        }
    }
    for (small, large) in [("min_shards", "max_shards")] {
        if node.int(small) > node.int(large) {
            cx.problem_in(
                large,
                pos_of(node, large),
                format!("must not be below {small} ({})", node.int(small)),
            );
        }
    }
    if node.duration_ms("min_backoff") > node.duration_ms("max_backoff") {
        cx.problem_in("max_backoff", pos_of(node, "max_backoff"), "must not be shorter than min_backoff");
    }
}

fn check_sigv4(node: &mut Node, cx: &mut Cx) {
    if node.has("access_key") != node.has("secret_key") {
        cx.problem(node.pos, "access_key and secret_key must be set together");
    }
}
