//! What an earlier release does with a vector, as far as that is known.

use super::judge::is_as_wanted;
use crate::adapter::{InProcess, Operation, Reply};
use crate::clients::Release;
use crate::clients::release::Aspect;
use crate::vectors::{Outcome, Vector, Wanted};
use std::sync::Arc;

/// Returns what a release does: what the vector says about it, or else what it says about the
/// client, if our implementations of both releases do the same.
///
/// # Errors
/// The reason why that is not known.
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
            "{release} does not do the same as {newest} here, and the vector does not say what it does"
        ))
    }
}

/// Returns whether our implementations of a release and of its client's newest do the same with a
/// vector.
fn do_the_same(vector: &Vector, operation: Operation, (one, other): (Release, Release)) -> bool {
    let differ_by_client = matches!(vector.wanted, Wanted::OfEach(_));
    match operation {
        Operation::Open | Operation::OpenBackup => {
            !differ_by_client || one.unpacker() == other.unpacker()
        }
        Operation::SealBackup => true,
        _ => {
            let ask = |release| {
                let peer = InProcess::new(Arc::new(release));
                peer.ask_here(vector.request())
            };
            match ask(one) {
                Ok(Reply::Unsupported(why)) => {
                    matches!(ask(other), Ok(Reply::Unsupported(same)) if same == why)
                }
                Ok(reply) => is_as_wanted(vector, operation, vector.wanted.of(one.client()), reply),
                Err(_) => false,
            }
        }
    }
}

/// Returns the aspect of a release that decides an operation; `None` if every release does the
/// same.
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
    use crate::safe::Client;
    use crate::vectors;

    #[test]
    fn most_vectors_are_known_of_every_release() {
        let all = || vectors::all().iter().flat_map(vectors::File::vectors);
        for release in [Release::Android5_3, Release::Ios5_8, Release::Ios6_8] {
            let (known, open): (Vec<_>, Vec<_>) = all()
                .partition(|(group, vector)| outcome_of(vector, group.operation, release).is_ok());
            let open: Vec<_> = open.iter().map(|(_, vector)| &vector.id).collect();
            let most = known.len() / 4;
            assert!(
                open.len() < most,
                "{release}: {} open: {open:?}",
                open.len()
            );
        }
    }

    #[test]
    fn what_a_vector_says_of_a_release_counts() {
        let (_, group, vector) = vectors::find("payload.group-own-empty").expect("a vector");
        let of = |release| outcome_of(vector, group.operation, release).expect("known");
        assert_ne!(of(Release::Ios7_0_5), of(Release::Ios6_8));
        assert_eq!(
            of(Release::newest(Client::Ios)),
            vector.wanted.of(Client::Ios)
        );
    }
}
