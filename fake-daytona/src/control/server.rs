//! The server: regions, limits, runners, and how its replies are written.

use std::time::Duration;

use crate::FakeDaytona;
use crate::settings::{Dashboard, Limits};
use crate::world::World;
use crate::world::region::Region;

/// The server.
impl FakeDaytona {
    /// Everything is 503, health, configuration and unknown routes too.
    pub fn maintenance(&self, on: bool) {
        self.change(|world, _| world.maintenance = on);
    }

    /// What is answered outside of the API. Default: the dashboard's page, with 200, whatever is asked.
    pub fn set_dashboard(&self, dashboard: Dashboard) {
        self.core.set_dashboard(dashboard);
    }

    /// One more region, or another form of one that there is; the first is the default one.
    pub fn set_region(&self, region: Region) {
        self.change(|world, _| match world.regions.iter_mut().find(|known| known.id == region.id) {
            Some(known) => *known = region,
            None => world.regions.push(region),
        });
    }

    /// Whether the organization has a default region. Without one nothing can be created, whatever region is named.
    pub fn has_default_region(&self, has: bool) {
        self.change(|world, _| world.lacks_default_region = !has);
    }

    /// No runner has capacity left: snapshots are refused, builds wait in `pending_build`.
    pub fn no_runners(&self) {
        self.change(|world, _| world.has_runners = false);
    }

    /// Runners have capacity again, and waiting builds go on.
    pub fn runners_return(&self) {
        self.change(World::runners_arrive);
    }

    /// Other limits, for what is asked from now on.
    pub fn set_limits(&self, limits: Limits) {
        self.change(|world, _| world.limits = limits);
    }

    /// Turns the feature flag of `POST …/resize` on or off. Off, as on the recorded server, is the default.
    pub fn enable_resize(&self, on: bool) {
        self.change(|world, _| world.resize_enabled = on);
    }

    /// The organization's egress is restricted (tiers 1 and 2): network settings are refused.
    pub fn restrict_egress(&self, on: bool) {
        self.change(|world, _| world.restricted_egress = on);
    }

    /// Lists of `/sandbox` show the truth of this long ago. Reads by id stay true.
    pub fn list_lags(&self, behind: Duration) {
        self.change(|world, _| world.lag.behind = behind);
    }

    /// For `window` after its destruction a sandbox comes and goes in lists, changing every `period`.
    pub fn list_flaps(&self, window: Duration, period: Duration) {
        self.change(|world, _| world.lag.flapping = Some((window, period)));
    }

    /// `toolboxProxyUrl` of every reply from now on.
    pub fn set_toolbox_url(&self, url: &str) {
        self.core.set_toolbox_url(url.trim_end_matches('/').to_owned());
    }
}

/// How all replies of the API are written.
impl FakeDaytona {
    /// Every request takes this long before it is handled.
    pub fn delay_requests(&self, delay: Duration) {
        self.core.change_reply_settings(|settings| settings.delay = delay);
    }

    /// The header `Date` is ahead of the server's clock by so many milliseconds, or behind it where that is negative.
    pub fn date_is_ahead(&self, millis: i64) {
        self.core.change_reply_settings(|settings| settings.date_ahead = millis);
    }

    /// Moments in replies are written in a zone so many minutes east of Greenwich, in place of `Z`.
    pub fn write_offsets(&self, minutes: Option<i32>) {
        self.core.change_reply_settings(|settings| settings.offset = minutes);
    }
}
