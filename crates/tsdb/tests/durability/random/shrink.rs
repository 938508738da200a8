//! Leaves out of a failing life what is not needed for it to fail.

/// The list is tried so often with something left out.
const TRIES: usize = 300;

/// A list, as short as it was found, that still fails.
pub(super) fn shrink<T: Clone>(mut list: Vec<T>, fails: impl Fn(&[T]) -> bool) -> Vec<T> {
    let mut tries = 0;
    let mut part = list.len() / 2;
    while part > 0 && tries < TRIES {
        let mut at = 0;
        while at < list.len() && tries < TRIES {
            tries += 1;
            let mut shorter = list.clone();
            shorter.drain(at..(at + part).min(list.len()));
            if fails(&shorter) {
                list = shorter;
            } else {
                at += part;
            }
        }
        part /= 2;
    }
    list
}

#[test]
fn only_what_is_needed_stays() {
    let fails = |list: &[i32]| list.contains(&3) && list.contains(&77);
    assert_eq!(shrink((0..100).collect(), fails), [3, 77]);
}
