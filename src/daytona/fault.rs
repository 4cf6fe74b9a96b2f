//! Why a sandbox is broken, from the reason that Daytona gives, which is the text of whatever went wrong.
#![forbid(unsafe_code)]

use super::state::SandboxState;

/// What broke a sandbox, and what to do about it.
pub struct Fault {
    pub rule: &'static str,
    pub says: &'static str,
    pub remedy: &'static str,
}

/// One of the texts has to be in the reason, whatever its case. The first that matches counts.
const FAULTS: [(&[&str], Fault); 5] = [
    (
        &["executable file not found", "no such file or directory: unknown", "exec format error"],
        Fault {
            rule: "command-not-found",
            says: "The launch command cannot be run in this image",
            remedy: "Correct the command, or use an image that has the program, for this processor.",
        },
    ),
    (
        &[
            "manifest unknown",
            "manifest for",
            "pull access denied",
            "failed to resolve",
            "name unknown",
            "repository does not exist",
            "unauthorized",
            "no such image",
            "image not found",
            ": not found",
        ],
        Fault {
            rule: "image-not-found",
            says: "The image cannot be pulled: it does not exist, or its registry asks for a login",
            remedy: "Check name and tag of the image. For a private registry, add its login in Daytona's dashboard.",
        },
    ),
    (
        &["no space left", "exceeds maximum allowed size"],
        Fault {
            rule: "disk-too-small",
            says: "There is not enough disk",
            remedy: "Ask for more disk, or use a smaller image.",
        },
    ),
    (
        &["timeout", "timed out", "deadline exceeded"],
        Fault {
            rule: "start-timeout",
            says: "It did not start in time",
            remedy: "Provision again; if it goes on, use a smaller image or a snapshot.",
        },
    ),
    (
        &["failed to build", "failed to solve", "dockerfile", "build failed"],
        Fault { rule: "build-failed", says: "Daytona could not build the image with its command", remedy: REBUILD },
    ),
];

const REBUILD: &str = "Build it locally from the image and the command, then use another tag: Daytona keeps failures.";

impl Fault {
    /// What broke a sandbox in this state, for this reason.
    pub fn of(state: SandboxState, reason: &str) -> Self {
        let reason = reason.to_ascii_lowercase();
        let known = FAULTS.into_iter().find(|(texts, _)| texts.iter().any(|text| reason.contains(text)));
        match known {
            Some((_, fault)) => fault,
            None if state == SandboxState::BuildFailed => Self {
                rule: "build-failed",
                says: "Daytona could not build the image with its command",
                remedy: REBUILD,
            },
            None => Self {
                rule: "start-failed",
                says: "Daytona could not start it",
                remedy: "Check image and command, then provision again: a broken sandbox is replaced.",
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reasons_of_builders_registries_and_runtimes_are_told_apart() {
        for (state, reason, rule) in [
            ("build_failed", "build failed (simulated)", "build-failed"),
            ("build_failed", "failed to solve: process \"/bin/sh -c x\" did not complete", "build-failed"),
            ("build_failed", "", "build-failed"),
            ("build_failed", "docker.io/library/gone:1: not found", "image-not-found"),
            ("build_failed", "failed to solve: gone:1: failed to resolve source metadata", "image-not-found"),
            (
                "error",
                "pull access denied for gone, repository does not exist or may require 'docker login'",
                "image-not-found",
            ),
            ("error", "manifest for a/b:2 not found: manifest unknown", "image-not-found"),
            (
                "error",
                "OCI runtime create failed: exec: \"nosuchprogram\": executable file not found in $PATH",
                "command-not-found",
            ),
            ("error", "exec /bin/donmai: exec format error", "command-not-found"),
            ("error", "write /x: no space left on device", "disk-too-small"),
            ("error", "Snapshot size (0.50GB) exceeds maximum allowed size of 0GB", "disk-too-small"),
            ("error", "Timeout while starting", "start-timeout"),
            ("error", "start failed (simulated)", "start-failed"),
            ("error", "", "start-failed"),
        ] {
            assert_eq!(Fault::of(SandboxState::named(state), reason).rule, rule, "{state}: {reason}");
        }
    }
}
