//! What the keys mean, one by one and together.

use std::borrow::Cow;

use super::config::{DEFAULT_API_URL, DEFAULT_IMAGE, DEFAULT_USER, Dialect, KeepAlive, Pool};
use super::document::Object;
use super::finding::{Findings, cut, quoted};
use super::protection;
use super::reader::{MAX_NUMBER, Reader, is_blank};
use crate::http::url::{BaseUrl, Origin, Scheme};
use crate::json::to_ascii;
use crate::sandbox::image;
use crate::sandbox::labels::LABEL_PREFIX;

/// The host of Daytona's second platform, whose API is another one.
const V2_HOST: &str = "api.daytona.com";

/// What Daytona's cloud usually grants one sandbox at most: key, maximum, unit.
pub const USUAL_MAXIMA: [(&str, u32, &str); 3] =
    [("diskGB", 10, "GiB of disk"), ("cpu", 4, "cores"), ("memoryGB", 8, "GiB of memory")];

/// Longest time from stopped to archived that Daytona knows, in minutes: 30 days.
pub const MAX_AUTO_ARCHIVE: u32 = 43_200;

/// Longest time from created to deleted, in minutes: a year.
const MAX_LIFETIME: u32 = 365 * 24 * 60;

/// Most of each size that is asked for in earnest; more is a number in a wrong unit.
const MAX_CORES: u32 = 1024;
const MAX_GIB: u32 = 16 * 1024;

/// Longest launch command as a line of a Dockerfile that builders read, in bytes.
pub const MAX_ENTRYPOINT: usize = 65_535;

/// What is fixed when a snapshot is registered, so that Daytona refuses or ignores it beside one.
const FIXED_BY_SNAPSHOT: [&str; 5] = ["image", "command", "cpu", "memoryGB", "diskGB"];

const ZERO_SIZE: &str = "Write at least 1, or leave the key out.";

/// Whether this is the API of Daytona's second platform, which this provider does not speak.
pub fn is_daytona_v2(origin: &Origin) -> bool {
    origin.host() == V2_HOST
}

/// Reads all known keys.
pub fn read(object: &Object<'_>, findings: &mut Findings) -> Box<Pool> {
    let reader = &mut Reader::new(object, findings);
    let pool = Box::new(Pool {
        api_url: api_url(reader),
        image: image(reader),
        disk_gb: size(reader, "diskGB", MAX_GIB),
        user: reader.text("user", DEFAULT_USER).map_or_else(|| DEFAULT_USER.to_owned(), Cow::into_owned),
        command: reader.words("command"),
        snapshot: snapshot(reader),
        target: reader.text("target", "us").map(Cow::into_owned),
        dialect: dialect(reader),
        cpu: size(reader, "cpu", MAX_CORES),
        memory_gb: size(reader, "memoryGB", MAX_GIB),
        labels: reader.pairs("labels", refuse_label),
        max_lifetime_minutes: reader.whole("maxLifetimeMinutes", MAX_LIFETIME, "Leave the key out for no limit."),
        auto_archive_minutes: reader.whole(
            "autoArchiveMinutes",
            MAX_AUTO_ARCHIVE,
            "Daytona takes 0 for its maximum of 30 days. Write 1 to archive as soon as it is stopped, 43200 for the maximum.",
        ),
        auto_delete_minutes: reader.whole(
            "autoDeleteMinutes",
            MAX_NUMBER,
            "0 could mean never or at once. Leave the key out for never; write 1 to delete a minute after it is stopped.",
        ),
        toolbox_url: toolbox_url(reader),
        keep_alive: keep_alive(reader),
        protection: protection::read(reader),
    });
    check_together(&pool, reader);
    pool
}

/// What is fine by itself, but does not work together.
fn check_together(pool: &Pool, reader: &mut Reader<'_>) {
    // Daytona deletes stopped sandboxes only.
    let deletion = pool.auto_delete_minutes.unwrap_or_default();
    let archiving = pool.auto_archive_minutes.unwrap_or(MAX_AUTO_ARCHIVE).min(MAX_AUTO_ARCHIVE);
    if deletion >= archiving {
        reader.warning(
            "never-deleted",
            "autoDeleteMinutes",
            &format!(
                "is {deletion}, but what is archived is never deleted, and that happens at {archiving} at the latest."
            ),
            "Write a smaller number than autoArchiveMinutes and 43200, or leave the key out.",
        );
    }
    protection::check(pool, reader);
    if pool.dialect != Dialect::Workspace {
        let size = pool.command.as_deref().map_or(0, entrypoint_size);
        if size > MAX_ENTRYPOINT {
            reader.too_large("$.command", "command as a line of a Dockerfile", size, MAX_ENTRYPOINT);
        }
    } else if pool.image.is_some() {
        reader.warning(
            "workspace-image",
            "image",
            "is taken for the name of a snapshot by every server that has /workspace.",
            "Set dialect to auto, or write the name of a snapshot that is registered at Daytona.",
        );
    }
}

/// Bytes of the line of a Dockerfile that has the command.
pub fn entrypoint_size(command: &[String]) -> usize {
    const INSTRUCTION: &str = "ENTRYPOINT ";
    INSTRUCTION.len() + to_ascii(command).len()
}

fn api_url(reader: &mut Reader<'_>) -> Option<BaseUrl> {
    const KEY: &str = "daytonaApiUrl";
    let url = reader.url(KEY, DEFAULT_API_URL)?;
    if is_daytona_v2(url.origin()) {
        reader.error(
            "daytona-v2",
            KEY,
            "is the API of Daytona v2, another platform with other routes.",
            "Write https://app.daytona.io/api, or the URL of a self-hosted Daytona; the API key stays the same.",
        );
        return Some(url);
    }
    warn_of_plain_http(reader, KEY, url.origin());
    if url.path().is_empty() {
        reader.warning(
            "url-without-path",
            KEY,
            "has no path, but Daytona's API usually lives under /api.",
            &format!("Write {}/api if the server is a usual Daytona.", cut(&url.to_string())),
        );
    }
    Some(url)
}

fn toolbox_url(reader: &mut Reader<'_>) -> Option<Origin> {
    const KEY: &str = "toolboxUrl";
    let url = reader.url(KEY, "https://proxy.example.com")?;
    warn_of_plain_http(reader, KEY, url.origin());
    Some(url.origin().clone())
}

fn warn_of_plain_http(reader: &mut Reader<'_>, key: &str, origin: &Origin) {
    if origin.scheme() == Scheme::Http && !origin.is_loopback() {
        reader.warning(
            "plain-http",
            key,
            "is plain http: the API key would cross the network unencrypted.",
            "Write https://, or make sure that the network is yours alone.",
        );
    }
}

fn image(reader: &mut Reader<'_>) -> Option<String> {
    const KEY: &str = "image";
    let text = reader.text(KEY, DEFAULT_IMAGE)?;
    if !image::is_reference(&text) {
        reader.error(
            "image-reference",
            KEY,
            &format!("is {}, which is not an image reference.", quoted(&text)),
            "Write name:tag or name@digest with an optional registry before it, in lower case and without https://.",
        );
        return None;
    }
    if image::tag_is_latest(&text) {
        reader.warning(
            "image-not-pinned",
            KEY,
            &format!(
                "is {}, which has no fixed version; Daytona's build cache may go on using an old one.",
                quoted(&text)
            ),
            "Write a version tag or a digest.",
        );
    }
    Some(text.into_owned())
}

fn size(reader: &mut Reader<'_>, key: &str, max: u32) -> Option<u32> {
    let size = reader.whole(key, max, ZERO_SIZE)?;
    let usual = USUAL_MAXIMA.iter().find(|(known, maximum, _)| *known == key && size > *maximum);
    if let Some((_, maximum, unit)) = usual {
        reader.warning(
            "over-usual-maximum",
            key,
            &format!("is {size}, but Daytona usually grants one sandbox at most {maximum} {unit}."),
            &format!(
                "Write {maximum} or less, unless Daytona's support has raised the limit or the server is your own."
            ),
        );
    }
    Some(size)
}

fn snapshot(reader: &mut Reader<'_>) -> Option<String> {
    let snapshot = reader.text("snapshot", "donmai-worker-v1")?;
    for key in FIXED_BY_SNAPSHOT {
        if reader.value(key).is_some() {
            let remedy = format!("Remove {key}, or remove snapshot.");
            reader.error("snapshot-conflict", key, "stands beside snapshot, which brings its own.", &remedy);
        }
    }
    Some(snapshot.into_owned())
}

fn dialect(reader: &mut Reader<'_>) -> Dialect {
    match reader.word("dialect", &["auto", "sandbox", "workspace"]) {
        1 => Dialect::Sandbox,
        2 => Dialect::Workspace,
        _ => Dialect::Auto,
    }
}

fn refuse_label(findings: &mut Findings, path: &str, name: &str) -> bool {
    if is_blank(name) {
        findings.error("label-name-empty", path, "A label has an empty name.".to_owned(), "Give it a name.");
    } else if name.starts_with(LABEL_PREFIX) {
        let message =
            format!("The label {} begins with {LABEL_PREFIX}, which is reserved for this provider.", quoted(name));
        findings.error("label-reserved", path, message, "Choose another prefix.");
    } else {
        return false;
    }
    true
}

fn keep_alive(reader: &mut Reader<'_>) -> KeepAlive {
    match reader.word("keepAlive", &["agent", "poll", "off"]) {
        1 => KeepAlive::Poll,
        2 => KeepAlive::Off,
        _ => KeepAlive::Agent,
    }
}
