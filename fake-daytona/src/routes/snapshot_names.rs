//! What a snapshot may be called and made of.

use serde_json::Value;

use crate::refusal::Refusal;

/// A name and an image, or a name and a Dockerfile.
pub(super) fn check_source(name: &str, image: Option<&str>, builds: bool, has_entrypoint: bool) -> Result<(), Refusal> {
    match (image, builds) {
        (Some(_), true) => {
            return Err(Refusal::bad_request("Cannot specify an image name when using a build info entry"));
        }
        (None, true) if has_entrypoint => {
            return Err(Refusal::bad_request("Cannot specify an entrypoint when using a build info entry"));
        }
        (None, false) => {
            return Err(Refusal::bad_request("Must specify an image name when not using a build info entry"));
        }
        _ => {}
    }
    if !is_snapshot_name(name) {
        return Err(Refusal::bad_request(
            "Invalid snapshot name format. May contain letters, digits, dots, colons, and dashes",
        ));
    }
    image.map_or(Ok(()), check_image)
}

pub(super) fn check_class(body: &Value, region: &str) -> Result<(), Refusal> {
    match body.get("sandboxClass").and_then(Value::as_str) {
        Some("windows") => Err(Refusal::bad_request(
            "Windows snapshots cannot be created via this endpoint; they are produced by snapshot-from-sandbox flows.",
        )),
        Some(class @ ("linux-vm" | "android")) => Err(Refusal::bad_request(format!(
            "No runners are configured in region '{region}' for sandbox class '{class}'. Try a different region or \
             sandbox class."
        ))),
        _ => Ok(()),
    }
}

/// Components of letters, digits and a few marks, with single slashes between them.
fn is_reference(text: &str) -> bool {
    let marks = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '-' | ':');
    text.split('/').all(|part| !part.is_empty() && part.chars().all(marks))
}

fn is_digest(text: &str) -> bool {
    text.len() == 64 && text.chars().all(|c| matches!(c, '0'..='9' | 'a'..='f'))
}

fn is_snapshot_name(name: &str) -> bool {
    match name.split_once("@sha256:") {
        Some((name, hash)) => is_reference(name) && is_digest(hash),
        None => is_reference(name),
    }
}

/// An image must be pinned: a digest, or a tag that is not `latest`. A port counts as a tag.
fn check_image(image: &str) -> Result<(), Refusal> {
    if let Some((name, hash)) = image.split_once("@sha256:") {
        if name.is_empty() || !is_digest(hash) {
            return Err(Refusal::bad_request("Invalid digest format. Must be image@sha256:64_hex_characters"));
        }
        return Ok(());
    }
    if !image.contains(':') || image.ends_with(':') {
        return Err(Refusal::bad_request("Image name must include a tag (e.g., ubuntu:22.04) or digest (@sha256:...)"));
    }
    if image.ends_with(":latest") {
        return Err(Refusal::bad_request("Images with tag \":latest\" are not allowed"));
    }
    if !is_reference(image) {
        return Err(Refusal::bad_request(
            "Invalid image name format. Must be lowercase, may contain digits, dots, dashes, and single slashes between \
             components",
        ));
    }
    Ok(())
}

/// Whether a name contains a part in which `%` stands for anything and `_` for one character.
pub(super) fn is_like(name: &str, part: &str) -> bool {
    fn fits(name: &[char], pattern: &[char]) -> bool {
        match pattern {
            [] => name.is_empty(),
            ['%', rest @ ..] => (0..=name.len()).any(|skip| fits(&name[skip..], rest)),
            [one, rest @ ..] => name.first().is_some_and(|c| *one == '_' || c == one) && fits(&name[1..], rest),
        }
    }
    let pattern: Vec<char> = format!("%{part}%").chars().collect();
    fits(&name.chars().collect::<Vec<_>>(), &pattern)
}

pub(super) fn is_uuid(text: &str) -> bool {
    let lengths: Vec<usize> = text.split('-').map(str::len).collect();
    lengths == [8, 4, 4, 4, 12] && text.chars().all(|c| c == '-' || c.is_ascii_hexdigit())
}
