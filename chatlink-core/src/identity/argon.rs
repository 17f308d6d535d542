//! The hash function of passwords: argon2id (RFC 9106), as PHC strings.

use crate::settings::PasswordCost;
use argon2::{
    Algorithm, Argon2, Block, Params, Version,
    password_hash::phc::{Output, ParamsString, PasswordHash, Salt},
};
use std::sync::{Mutex, PoisonError};

/// Hashes at one cost, and compares with hashes of any.
pub(super) struct Argon {
    cost: PasswordCost,
    /// What hashes were made in, the last on top. A run takes one or makes it, and puts it back:
    /// 19 MiB for each run at once, where a buffer of each run's own would be kept by the allocator
    /// for each thread that ever made one.
    spare: Mutex<Vec<Vec<Block>>>,
}

impl Argon {
    pub(super) fn new(cost: PasswordCost) -> Self {
        Self { cost, spare: Mutex::default() }
    }

    /// The PHC string of a new password.
    pub(super) fn hash(&self, password: &[u8], salt: [u8; 16]) -> Option<String> {
        let argon = self.argon()?;
        let mut output = [0; Params::DEFAULT_OUTPUT_LEN];
        self.run(&argon, password, &salt, &mut output)?;
        phc(&argon, salt, output)
    }

    /// A PHC string at today's cost that no password has: its output is `lost`, by no run at all.
    pub(super) fn nobodys(&self, salt: [u8; 16], lost: [u8; Params::DEFAULT_OUTPUT_LEN]) -> Option<String> {
        phc(&self.argon()?, salt, lost)
    }

    /// Whether that is the password, at the hash's own cost.
    pub(super) fn verify(&self, phc: &str, password: &[u8]) -> bool {
        self.again(phc, password).is_some_and(|(had, got)| had == got)
    }

    /// Whether a hash is weaker than today's cost.
    pub(super) fn is_weaker(&self, phc: &str) -> bool {
        let Ok(phc) = PasswordHash::new(phc) else { return false };
        let Ok(had) = Params::try_from(&phc) else { return true };
        had.m_cost() < self.cost.memory_kib() || had.t_cost() < self.cost.passes() || had.p_cost() < self.cost.lanes()
    }

    /// The output that a hash has, and the one that the password gives. They compare in constant time.
    fn again(&self, phc: &str, password: &[u8]) -> Option<(Output, Output)> {
        let phc = PasswordHash::new(phc).ok()?;
        let (salt, had) = (phc.salt?, phc.hash?);
        let version = phc.version.map_or(Ok(Version::default()), Version::try_from).ok()?;
        let argon =
            Argon2::new(Algorithm::try_from(phc.algorithm.as_str()).ok()?, version, Params::try_from(&phc).ok()?);
        let mut output = vec![0; had.len()];
        self.run(&argon, password, &salt, &mut output)?;
        Some((had, Output::new(&output).ok()?))
    }

    fn argon(&self) -> Option<Argon2<'static>> {
        let params = Params::new(self.cost.memory_kib(), self.cost.passes(), self.cost.lanes(), None).ok()?;
        Some(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
    }

    fn run(&self, argon: &Argon2<'_>, password: &[u8], salt: &[u8], output: &mut [u8]) -> Option<()> {
        let blocks = argon.params().block_count();
        let mut memory = self.spare().pop().unwrap_or_default();
        if memory.len() != blocks {
            // Another cost: the old memory goes before the new comes.
            drop(memory);
            memory = vec![Block::default(); blocks];
        }
        let done = argon.hash_password_into_with_memory(password, salt, output, &mut memory);
        self.spare().push(memory);
        done.ok()
    }

    fn spare(&self) -> std::sync::MutexGuard<'_, Vec<Vec<Block>>> {
        // Nothing is left half done under the lock.
        self.spare.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn phc(argon: &Argon2<'_>, salt: [u8; 16], output: [u8; Params::DEFAULT_OUTPUT_LEN]) -> Option<String> {
    let phc = PasswordHash {
        algorithm: Algorithm::Argon2id.ident(),
        version: Some(Version::V0x13.into()),
        params: ParamsString::try_from(argon.params()).ok()?,
        salt: Some(Salt::new(&salt).ok()?),
        hash: Some(Output::new(&output).ok()?),
    };
    Some(phc.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use argon2::password_hash::{PasswordHasher as _, PasswordVerifier as _};

    #[test]
    fn hashes_are_those_of_everybody_else() {
        let argon = Argon::new(PasswordCost::for_tests());
        let ours = argon.hash(b"quiet harbour", [7; 16]).unwrap();
        let others = Argon2::default().hash_password_with_salt(b"quiet harbour", &[7; 16]).unwrap().to_string();
        assert!(Argon2::default().verify_password(b"quiet harbour", ours.as_str()).is_ok());
        assert!(argon.verify(&others, b"quiet harbour"), "at the hash's own cost");
        assert!(!argon.verify(&others, b"quiet harbor"));
        assert!(!argon.verify("$argon2id$nonsense", b""));
        assert!(argon.verify(&ours, b"quiet harbour"), "memory that was used before changes nothing");
    }

    #[test]
    fn runs_one_after_the_other_share_their_memory() {
        let argon = Argon::new(PasswordCost::for_tests());
        for salt in 0..3 {
            argon.hash(b"quiet harbour", [salt; 16]).unwrap();
        }
        assert_eq!(argon.spare().len(), 1);
    }

    #[test]
    fn nobodys_hash_takes_a_run_too() {
        let argon = Argon::new(PasswordCost::for_tests());
        let nobodys = argon.nobodys([1; 16], [2; 32]).unwrap();
        assert!(!argon.verify(&nobodys, b"quiet harbour"));
        assert_eq!(argon.spare().len(), 1, "memory was used");
    }

    #[test]
    fn a_hash_below_todays_cost_is_weak() {
        let phc = Argon::new(PasswordCost::for_tests()).hash(b"quiet harbour", [1; 16]).unwrap();
        assert!(!Argon::new(PasswordCost::for_tests()).is_weaker(&phc));
        assert!(Argon::new(PasswordCost::default()).is_weaker(&phc));
    }
}
