//! `GET /-/healthy` and `/-/ready`: the front answers.

/// 200 as soon as the server listens.
pub(super) async fn healthy() -> &'static str {
    "Narthex dashboards are healthy.\n"
}
