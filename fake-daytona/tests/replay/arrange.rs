//! What a recorded server was made to do by other means than requests.

use std::time::Duration;

use fake_daytona::{FakeDaytona, Latencies, Region, Size};
use serde_json::Value;

use crate::groups::Player;

/// Names in a request that the recorded server's simulated runner and registry took as orders.
pub fn before(player: &Player, request: &Value, group: &str) {
    let fake = &player.fake;
    let body = request["body"].to_string();
    let (method, path) = (request["method"].as_str().unwrap_or_default(), request["path"].as_str().unwrap_or_default());
    if method != "POST" {
        return;
    }
    let name = request["body"]["name"].as_str().unwrap_or_default();
    let image = request["body"]["imageName"].as_str().unwrap_or_default();
    if path == "/api/snapshots" && image.contains("nosuch") {
        fake.lose_next_image("not found (simulated)");
    }
    if path == "/api/snapshots" && image.contains("failpull") {
        fake.fail_next_snapshot("pull failed (simulated)");
    }
    if path.ends_with("/snapshot") && name.contains("failsnap") {
        fake.fail_next_snapshot("failed (simulated)");
    }
    if body.contains("TESTFAIL") {
        fake.fail_next_build("build failed (simulated)");
    }
    let starts = path.ends_with("/start") && group.starts_with("start fails") && !path.contains("$id2");
    let reason = if group.contains("disk full") { "no space left on device" } else { "start failed (simulated)" };
    if body.contains("TEST_FAIL") && !path.ends_with("/snapshots") || starts {
        fake.fail_next_start(reason);
    }
    let slow = body.split("slow").nth(1).and_then(|rest| rest.chars().next()).and_then(|digit| digit.to_digit(10));
    if let Some(seconds) = slow {
        fake.set_latencies(Latencies { snapshot: Duration::from_secs(seconds.into()), ..pace() });
    } else if path.contains("snapshot") {
        fake.set_latencies(pace());
    }
}

/// Archiving waits for its turn among the backups of the server.
fn pace() -> Latencies {
    Latencies { archive: Duration::from_secs(200), ..Latencies::default() }
}

pub fn usual_pace(fake: &FakeDaytona) {
    fake.set_latencies(pace());
}

pub fn arrange(player: &Player, what: &str, named: &str) {
    let fake = &player.fake;
    let region = || Region::new("us");
    match what {
        what if what.starts_with("a quarter of an hour passes") => fake.skip(Duration::from_secs(900)),
        what if what.starts_with("the organization has no default region") => fake.has_default_region(false),
        "snapshot quota of the organization: 1" => fake.set_snapshot_quota(Some(1)),
        "largest size of a snapshot of the organization: 0 GB" => fake.set_largest_snapshot(Some(0)),
        what if what.contains("MAINTENANCE_MODE") => fake.maintenance(true),
        "the key expires now" => drop(fake.expire_key(named)),
        "the key ends in 6 s" => drop(fake.expire_key_at(named, fake.now() + Duration::from_secs(6))),
        "the key without scopes is deleted" => drop(fake.expire_key("dtn_scopeless")),
        "the scopes of the key are taken away" => drop(fake.take_scopes("dtn_scopeless", &[])),
        what if what.starts_with("the organization is suspended: \"Depleted credits\"") || what == "suspended" => {
            fake.suspend_unnoticed("Depleted credits");
        }
        "suspended without a reason" | "suspended until tomorrow, empty reason" => fake.suspend(""),
        "suspended until yesterday" => {
            let now = fake.now();
            fake.suspend_since("Depleted credits", now, Some(now));
        }
        "suspended \"Depleted credits\" 25 hours ago" => {
            let day_ago = fake_daytona::Timestamp::from_millis(fake.now().as_millis() - 25 * 3_600_000);
            fake.suspend_since("Depleted credits", day_ago, None);
        }
        "no longer suspended" => fake.unsuspend(),
        "the organization has no quota in region us" => fake.set_region(Region { has_quota: false, ..region() }),
        "region quota: max_disk_per_non_ephemeral_sandbox = 0" => {
            fake.set_region(Region { ephemeral_only: true, ..region() });
        }
        "max_disk_per_non_ephemeral_sandbox = 2" => {
            fake.set_region(Region { non_ephemeral_disk: Some(2), ..region() });
        }
        what if what.starts_with("region quota: 2 cores") => {
            fake.set_region(Region { per_sandbox: Some(Size { gpu: 1, ..Size::new(2, 2, 4) }), ..region() });
        }
        what if what.starts_with("quota in region \"ephem\"") => {
            fake.set_region(Region { has_snapshots: false, ..Region::new("ephem") });
        }
        _ => {}
    }
}
