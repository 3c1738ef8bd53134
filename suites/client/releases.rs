//! What an earlier release does with a vector, as far as that is known.

use crate::adapter::{InProcess, Operation, Reply};
use crate::clients::release::Aspect;
use crate::clients::{Model, Release};
use crate::vectors::{Outcome, Vector, Wanted};
use std::sync::Arc;

/// What a release does: what the vector says of it, else what it says of the client where our
/// models of both releases do the same.
///
/// # Errors
/// Why that is not known.
pub(super) fn outcome_of(
    vector: &Vector,
    operation: Operation,
    release: Release,
) -> Result<&Outcome, String> {
    let of_client = vector.wanted.of(release.client());
    let Some(aspect) = aspect_of(operation) else {
        return Ok(of_client);
    };
    let is_alike = |other: Release| release.representative(aspect) == other.representative(aspect);
    let named = |name: &String| Release::named(name).is_ok_and(is_alike);
    let mut earlier = vector.earlier.iter();
    if let Some(earlier) = earlier.find(|earlier| earlier.releases.iter().any(named)) {
        return Ok(&earlier.outcome);
    }
    let newest = Release::newest(release.client());
    if is_alike(newest) || do_the_same(vector, operation, (release, newest)) {
        Ok(of_client)
    } else {
        Err(format!(
            "{release} does something else than {newest} here, and the vector does not say what"
        ))
    }
}

/// Whether two releases do the same with a vector, as our models have it.
fn do_the_same(vector: &Vector, operation: Operation, (one, other): (Release, Release)) -> bool {
    let differ_by_client = matches!(vector.wanted, Wanted::OfEach(_));
    match operation {
        Operation::Open | Operation::OpenBackup => {
            !differ_by_client || one.unpacker() == other.unpacker()
        }
        Operation::SealBackup => true,
        _ => {
            let answer = |release| {
                let model = InProcess::new(Arc::new(Model::of(release)));
                match model.ask_here(vector.request()) {
                    Ok(Reply::Refused { stage, .. }) => Some(Err(stage)),
                    Ok(Reply::Done(output)) => Some(Ok(output)),
                    Ok(Reply::Unsupported(_)) | Err(_) => None,
                }
            };
            let first = answer(one);
            first.is_some() && first == answer(other)
        }
    }
}

/// What of a release decides about an operation; `None` where every release does the same.
const fn aspect_of(operation: Operation) -> Option<Aspect> {
    match operation {
        Operation::Open | Operation::OpenBackup | Operation::ReadBackup => Some(Aspect::Reading),
        Operation::SealBackup | Operation::WriteBackup => Some(Aspect::Writing),
        Operation::ParseConfig | Operation::RequestUrls | Operation::JudgeExchange => {
            Some(Aspect::Transport)
        }
        Operation::Scrypt
        | Operation::Derive
        | Operation::Seal
        | Operation::OpenBox
        | Operation::CheckPassword => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::vectors;

    #[test]
    fn most_vectors_are_known_of_every_release() {
        let all = || vectors::all().iter().flat_map(vectors::File::vectors);
        for release in [Release::Android5_3, Release::Ios5_8, Release::Ios6_8] {
            let (mut known, mut open) = (0, 0);
            for (group, vector) in all() {
                match outcome_of(vector, group.operation, release) {
                    Ok(_) => known += 1,
                    Err(_) => open += 1,
                }
            }
            assert!(open * 4 < known, "{release}: {open} open, {known} known");
        }
    }

    #[test]
    fn what_a_vector_says_of_a_release_counts() {
        let (_, group, vector) = vectors::find("payload.group-own-empty").expect("a vector");
        let of = |release| outcome_of(vector, group.operation, release).expect("known");
        assert_ne!(of(Release::Ios7_0_5), of(Release::Ios6_8));
        assert_eq!(
            of(Release::Ios7_2),
            vector.wanted.of(Release::Ios7_2.client())
        );
    }
}
