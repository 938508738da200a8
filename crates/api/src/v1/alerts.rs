//! `alerts`: pending and firing alerts. No rules are executed yet, so there are none.

use crate::respond::{Answer, ApiResult};

/// The endpoint.
pub(crate) async fn alerts() -> ApiResult {
    Ok(Answer::new(|out| {
        out.begin_object().key("alerts").begin_array().end_array().end_object();
    }))
}
