//! A set of faults.

use super::Fault;

/// A set of faults.
#[derive(Clone, Copy, Default)]
pub(in crate::reference) struct Faults([u64; 4]);

impl Faults {
    /// Returns whether `fault` is in the set.
    pub(in crate::reference) const fn contains(self, fault: Fault) -> bool {
        self.0[fault as usize / 64] & (1 << (fault as usize % 64)) != 0
    }

    /// Returns the first of `faults` that is in the set.
    pub(in crate::reference) fn first_of(self, faults: &[Fault]) -> Option<Fault> {
        faults.iter().copied().find(|fault| self.contains(*fault))
    }
}

// One bit per fault.
const _: () = assert!(Fault::ALL.len() <= 4 * 64);

impl FromIterator<Fault> for Faults {
    fn from_iter<I: IntoIterator<Item = Fault>>(faults: I) -> Self {
        let mut set = Self::default();
        for fault in faults {
            set.0[fault as usize / 64] |= 1 << (fault as usize % 64);
        }
        set
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_set_holds_exactly_its_members() {
        let set: Faults = [Fault::ConfigMissing, Fault::Http1Absent]
            .into_iter()
            .collect();
        let members = Fault::ALL.iter().filter(|fault| set.contains(**fault));
        assert_eq!(members.count(), 2);
        assert!(set.contains(Fault::Http1Absent));
    }
}
