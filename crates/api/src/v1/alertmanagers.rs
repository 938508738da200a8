//! `alertmanagers`: where alerts are sent. Nothing is sent yet, so there are none.

use crate::respond::{Answer, ApiResult};

/// The endpoint.
pub(crate) async fn alertmanagers() -> ApiResult {
    Ok(Answer::new(|out| {
        out.begin_object().key("activeAlertmanagers").begin_array().end_array();
        out.key("droppedAlertmanagers").begin_array().end_array().end_object();
    }))
}
