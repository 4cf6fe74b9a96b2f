//! Every text of what a provider returns.

use crate::types::{
    Capabilities, CapacityReport, Completion, Declaration, Descriptor, Explanation, Finding, Handle, HealthReport,
    Item, Outcome, Output, Page, Pairs, ProviderError, Report, Snapshot, SnapshotPage, State, Termination,
};

/// A value whose texts can be changed, wherever in it they stand.
pub(crate) trait Texts {
    /// Calls this with each of them.
    fn each_text(&mut self, change: &mut dyn FnMut(&mut String));
}

impl Texts for () {
    fn each_text(&mut self, _: &mut dyn FnMut(&mut String)) {}
}

impl Texts for Termination {
    fn each_text(&mut self, _: &mut dyn FnMut(&mut String)) {}
}

impl Texts for String {
    fn each_text(&mut self, change: &mut dyn FnMut(&mut String)) {
        change(self);
    }
}

impl Texts for Pairs {
    fn each_text(&mut self, change: &mut dyn FnMut(&mut String)) {
        for (name, value) in self.as_mut_vec() {
            change(name);
            change(value);
        }
    }
}

impl<T: Texts> Texts for Option<T> {
    fn each_text(&mut self, change: &mut dyn FnMut(&mut String)) {
        self.iter_mut().for_each(|value| value.each_text(change));
    }
}

impl<T: Texts> Texts for Vec<T> {
    fn each_text(&mut self, change: &mut dyn FnMut(&mut String)) {
        self.iter_mut().for_each(|value| value.each_text(change));
    }
}

/// Records: the fields with texts in them, and those without. All are spelt out, so that a field that the contract gains is not
/// forgotten here.
macro_rules! records {
    ($($record:ident [$($text:ident)*] [$($other:ident)*])*) => {$(
        impl Texts for $record {
            fn each_text(&mut self, change: &mut dyn FnMut(&mut String)) {
                let Self { $($text,)* $($other: _,)* } = self;
                $( $text.each_text(change); )*
            }
        }
    )*};
}

records! {
    Capabilities
        [regions os arch repository_authority_enforcement extensions]
        [transport_model supports_fs_snapshot supports_pause_resume supports_capacity_query max_concurrent
            max_session_duration_seconds idle_cost_model billing_model max_vcpu max_memory_mb supports_gpu
            supports_custom_network_policy egress_default is_a2a_remote]
    CapacityReport [limit captured_at details] [active parked available maximum complete]
    Completion [stdout stderr details] [exit_code truncated]
    Declaration [runtime_kinds requirement_kinds] []
    Descriptor [id display_name version capabilities provides config_schema extensions] []
    Explanation [handle state output findings details] []
    Finding [rule path message remedy] [severity]
    Handle [provider_id external_id metadata] []
    HealthReport [rule reason until findings extensions] [condition]
    Item [handle session_id state created_at orphan_since extensions] []
    Outcome [external_id session_id reason] [action]
    Output [stdout stderr next_cursor details] [ended exit_code]
    Page [items next_cursor server_time] []
    ProviderError [message details] [code retryable retry_after_ms maybe_applied http_status]
    Report [outcomes server_time] [complete]
    Snapshot [id name vendor_name provider_state image reason created_at source_sandbox_id details] [phase]
    SnapshotPage [items next_cursor] []
    State [provider_state reason details] [status phase recoverable]
}
