//! What a program gets with the library when it asks for no feature: at most twelve crates, our own included.

use std::collections::BTreeSet;
use std::process::Command;

const DEPENDENCIES_MAX: usize = 12;

#[test]
fn the_library_stays_light() {
    let tree = Command::new(env!("CARGO"))
        .args(["tree", "--package", "narthex-client", "--edges", "normal", "--prefix", "none", "--offline"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output();
    let Some(tree) = tree.ok().filter(|output| output.status.success()) else {
        eprintln!("SKIPPED: `cargo tree` does not work here");
        return;
    };
    let tree = String::from_utf8_lossy(&tree.stdout);
    let mut names: BTreeSet<&str> = tree.lines().filter_map(|line| line.split(' ').next()).collect();
    assert!(names.remove("narthex-client"), "{tree}");
    assert!(names.contains("narthex-exposition"), "{tree}");
    assert!(names.len() <= DEPENDENCIES_MAX, "{names:#?}");
}
