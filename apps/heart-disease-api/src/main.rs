//! The heart-disease prediction service of the story.

fn main() {}
