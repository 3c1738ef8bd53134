//! Cases of one test that wait for servers: all of them at once.

/// Carries out each case in its own thread. The test fails if one of them does.
pub fn at_once<T: Send>(cases: impl IntoIterator<Item = T>, each: impl Fn(T) + Sync) {
    let each = &each;
    std::thread::scope(|scope| {
        for case in cases {
            scope.spawn(move || each(case));
        }
    });
}

#[test]
#[should_panic(expected = "a scoped thread panicked")]
fn one_case_that_fails_is_a_failure() {
    at_once([1, 2, 3], |case| assert_ne!(case, 2));
}
