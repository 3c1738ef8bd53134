//! Cases of one test that wait for servers: all of them at once, or several.

use std::sync::Mutex;

/// Carries out each case in its own thread. The test fails if one of them does.
pub fn at_once<T: Send>(cases: impl IntoIterator<Item = T>, each: impl Fn(T) + Sync) {
    let cases: Vec<T> = cases.into_iter().collect();
    at_most(cases.len(), cases, each);
}

/// Carries out each case, at most so many at the same time. The test fails if one of them does.
pub fn at_most<T: Send>(most: usize, cases: Vec<T>, each: impl Fn(T) + Sync) {
    let cases = Mutex::new(cases.into_iter());
    let next = || cases.lock().expect("no case panics with it").next();
    std::thread::scope(|scope| {
        for _ in 0..most {
            scope.spawn(|| {
                while let Some(case) = next() {
                    each(case);
                }
            });
        }
    });
}

#[test]
#[should_panic(expected = "a scoped thread panicked")]
fn one_case_that_fails_is_a_failure() {
    at_once([1, 2, 3], |case| assert_ne!(case, 2));
}

#[test]
fn every_case_is_carried_out_once() {
    let seen = Mutex::new(Vec::new());
    at_most(2, (0..9).collect(), |case| {
        seen.lock().expect("no case panics").push(case);
    });
    let mut seen = seen.into_inner().expect("no case panicked");
    seen.sort_unstable();
    assert!(seen.into_iter().eq(0..9));
}
