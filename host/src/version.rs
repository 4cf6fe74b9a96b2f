//! Which versions of the contract a host takes: those of one track, the versions between which nothing is taken away.

/// The contract's package.
pub(crate) const PACKAGE: &str = "rensei:sandbox";

/// The first version of the track.
pub(crate) const FIRST: &str = "0.1.0";

/// What the versions of the track begin with.
pub(crate) const TRACK: &str = "0.1";

/// Whether a provider of this version of the contract is taken.
pub(crate) fn is_of_track(version: &str) -> bool {
    patch(version).is_some()
}

/// The newest of these versions of the track.
pub(crate) fn newest<'a>(versions: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    versions.filter(|version| is_of_track(version)).max_by_key(|version| patch(version))
}

/// The last number of a version of the track. Versions that are not released are of no track.
fn patch(version: &str) -> Option<u32> {
    version.strip_prefix(TRACK)?.strip_prefix('.')?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::{is_of_track, newest};

    #[test]
    fn the_track_is_every_release_of_0_1_and_nothing_else() {
        assert!(["0.1.0", "0.1.1", "0.1.27"].into_iter().all(is_of_track));
        assert!(!["0.2.0", "1.1.0", "0.10.0", "0.1", "0.1.1-rc.1", "0.1.x", ""].into_iter().any(is_of_track));
    }

    #[test]
    fn the_newest_version_is_the_one_with_the_largest_number() {
        assert_eq!(newest(["0.1.9", "0.1.10", "0.2.0", "0.1.2"].into_iter()), Some("0.1.10"));
        assert_eq!(newest(["0.2.0"].into_iter()), None);
    }
}
