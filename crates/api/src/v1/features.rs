//! `features`: what is on, by category.

use axum::extract::State;

use crate::context::Shared;
use crate::respond::{Answer, ApiResult};

/// The endpoint.
pub(crate) async fn features(State(state): Shared) -> ApiResult {
    Ok(Answer::new(|out| {
        out.begin_object();
        for (category, features) in &state.features {
            out.key(category).begin_object();
            for (name, on) in features {
                out.key(name).bool(*on);
            }
            out.end_object();
        }
        out.end_object();
    }))
}
