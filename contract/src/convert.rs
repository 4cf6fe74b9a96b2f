//! Between the types of this crate and those that a generator makes from `wit/`. Pure; one function or impl per type and
//! direction.

/// Writes the conversions, for a crate that has imported the modules of its generated types by these names. Generators for hosts and
/// for guests name types and fields alike.
///
/// ```text
/// use crate::bindings::{diagnostics, inventory, process, snapshots, types as wit};
///
/// sandbox_contract::conversions!();
/// ```
#[macro_export]
macro_rules! conversions {
    () => {
        use $crate::types::{
            Action, BillingModel, Capabilities, CapacityReport, Command, Completion, Condition, Context, Credential,
            Declaration, Descriptor, EgressDefault, ErrorCode, Explanation, Finding, Handle, HealthReport,
            IdleCostModel, Item, Mode, Outcome, Output, Page, Pairs, Phase, ProviderError, Report, Resources, Severity,
            Snapshot, SnapshotPage, SnapshotPhase, Spec, State, Status, Termination, TransportModel,
        };

        fn pairs(pairs: &Pairs) -> Vec<(String, String)> {
            pairs.as_vec().clone()
        }

        impl From<&Context> for wit::Context {
            fn from(context: &Context) -> Self {
                Self {
                    organization_id: context.organization_id.clone(),
                    pool_id: context.pool_id.clone(),
                    config: context.config.clone(),
                    credential: context.credential.as_ref().map(Into::into),
                    deadline_ms: context.deadline_ms,
                    extensions: pairs(&context.extensions),
                }
            }
        }

        impl From<&Credential> for wit::Credential {
            fn from(credential: &Credential) -> Self {
                Self {
                    secret: credential.secret.expose().to_owned(),
                    api_url: credential.api_url.clone(),
                    organization_id: credential.organization_id.clone(),
                }
            }
        }

        impl From<&Command> for process::Command {
            fn from(command: &Command) -> Self {
                Self {
                    argv: command.argv.clone(),
                    env: pairs(&command.env),
                    working_directory: command.working_directory.clone(),
                    timeout_ms: command.timeout_ms,
                    max_output_bytes: command.max_output_bytes,
                    extensions: pairs(&command.extensions),
                }
            }
        }

        impl From<process::Completion> for Completion {
            fn from(given: process::Completion) -> Self {
                Self {
                    exit_code: given.exit_code,
                    stdout: given.stdout,
                    stderr: given.stderr,
                    truncated: given.truncated,
                    details: given.details.into(),
                }
            }
        }

        impl From<process::Output> for Output {
            fn from(given: process::Output) -> Self {
                Self {
                    stdout: given.stdout,
                    stderr: given.stderr,
                    next_cursor: given.next_cursor,
                    ended: given.ended,
                    exit_code: given.exit_code,
                    details: given.details.into(),
                }
            }
        }

        impl From<snapshots::SnapshotPhase> for SnapshotPhase {
            fn from(given: snapshots::SnapshotPhase) -> Self {
                match given {
                    snapshots::SnapshotPhase::Pending => Self::Pending,
                    snapshots::SnapshotPhase::Building => Self::Building,
                    snapshots::SnapshotPhase::Ready => Self::Ready,
                    snapshots::SnapshotPhase::Inactive => Self::Inactive,
                    snapshots::SnapshotPhase::Failed => Self::Failed,
                    snapshots::SnapshotPhase::Removing => Self::Removing,
                    snapshots::SnapshotPhase::Unknown => Self::Unknown,
                }
            }
        }

        impl From<snapshots::Snapshot> for Snapshot {
            fn from(given: snapshots::Snapshot) -> Self {
                Self {
                    id: given.id,
                    name: given.name,
                    vendor_name: given.vendor_name,
                    phase: given.phase.into(),
                    provider_state: given.provider_state,
                    image: given.image,
                    reason: given.reason,
                    created_at: given.created_at,
                    source_sandbox_id: given.source_sandbox_id,
                    details: given.details.into(),
                }
            }
        }

        impl From<snapshots::SnapshotPage> for SnapshotPage {
            fn from(given: snapshots::SnapshotPage) -> Self {
                Self { items: given.items.into_iter().map(Into::into).collect(), next_cursor: given.next_cursor }
            }
        }

        impl From<&Resources> for wit::Resources {
            fn from(resources: &Resources) -> Self {
                Self {
                    vcpu: resources.vcpu,
                    memory_mb: resources.memory_mb,
                    disk_mb: resources.disk_mb,
                    gpu: resources.gpu,
                    timeout_sec: resources.timeout_sec,
                }
            }
        }

        impl From<&Spec> for wit::Spec {
            fn from(spec: &Spec) -> Self {
                Self {
                    session_id: spec.session_id.clone(),
                    image: spec.image.clone(),
                    command: spec.command.clone(),
                    env: pairs(&spec.env),
                    labels: pairs(&spec.labels),
                    resources: (&spec.resources).into(),
                    max_duration_sec: spec.max_duration_sec,
                    region: spec.region.clone(),
                    extensions: pairs(&spec.extensions),
                }
            }
        }

        impl From<&Handle> for wit::Handle {
            fn from(handle: &Handle) -> Self {
                Self {
                    provider_id: handle.provider_id.clone(),
                    external_id: handle.external_id.clone(),
                    metadata: pairs(&handle.metadata),
                }
            }
        }

        impl From<wit::Handle> for Handle {
            fn from(handle: wit::Handle) -> Self {
                Self {
                    provider_id: handle.provider_id,
                    external_id: handle.external_id,
                    metadata: handle.metadata.into(),
                }
            }
        }

        impl From<&Declaration> for wit::Declaration {
            fn from(declaration: &Declaration) -> Self {
                Self {
                    runtime_kinds: declaration.runtime_kinds.clone(),
                    requirement_kinds: declaration.requirement_kinds.clone(),
                }
            }
        }

        impl From<wit::Declaration> for Declaration {
            fn from(declaration: wit::Declaration) -> Self {
                Self { runtime_kinds: declaration.runtime_kinds, requirement_kinds: declaration.requirement_kinds }
            }
        }

        impl From<wit::State> for State {
            fn from(state: wit::State) -> Self {
                Self {
                    status: match state.status {
                        wit::Status::Provisioning => Status::Provisioning,
                        wit::Status::Running => Status::Running,
                        wit::Status::Failed => Status::Failed,
                        wit::Status::Terminated => Status::Terminated,
                    },
                    phase: match state.phase {
                        wit::Phase::Starting => Phase::Starting,
                        wit::Phase::Running => Phase::Running,
                        wit::Phase::Stopping => Phase::Stopping,
                        wit::Phase::Stopped => Phase::Stopped,
                        wit::Phase::Paused => Phase::Paused,
                        wit::Phase::Archiving => Phase::Archiving,
                        wit::Phase::Archived => Phase::Archived,
                        wit::Phase::Failed => Phase::Failed,
                        wit::Phase::Terminating => Phase::Terminating,
                        wit::Phase::Destroyed => Phase::Destroyed,
                        wit::Phase::Unknown => Phase::Unknown,
                    },
                    provider_state: state.provider_state,
                    reason: state.reason,
                    recoverable: state.recoverable,
                    details: state.details.into(),
                }
            }
        }

        impl From<wit::Termination> for Termination {
            fn from(termination: wit::Termination) -> Self {
                match termination {
                    wit::Termination::Requested => Self::Requested,
                    wit::Termination::Gone => Self::Gone,
                }
            }
        }

        impl From<wit::ErrorCode> for ErrorCode {
            fn from(code: wit::ErrorCode) -> Self {
                match code {
                    wit::ErrorCode::InvalidConfig => Self::InvalidConfig,
                    wit::ErrorCode::InvalidSpec => Self::InvalidSpec,
                    wit::ErrorCode::Unauthenticated => Self::Unauthenticated,
                    wit::ErrorCode::PermissionDenied => Self::PermissionDenied,
                    wit::ErrorCode::NotFound => Self::NotFound,
                    wit::ErrorCode::Conflict => Self::Conflict,
                    wit::ErrorCode::QuotaExceeded => Self::QuotaExceeded,
                    wit::ErrorCode::RateLimited => Self::RateLimited,
                    wit::ErrorCode::NoCapacity => Self::NoCapacity,
                    wit::ErrorCode::Unsupported => Self::Unsupported,
                    wit::ErrorCode::Unavailable => Self::Unavailable,
                    wit::ErrorCode::Timeout => Self::Timeout,
                    wit::ErrorCode::EgressDenied => Self::EgressDenied,
                    wit::ErrorCode::Protocol => Self::Protocol,
                    wit::ErrorCode::Internal => Self::Internal,
                }
            }
        }

        impl From<wit::Error> for ProviderError {
            fn from(error: wit::Error) -> Self {
                Self {
                    code: error.code.into(),
                    message: error.message,
                    retryable: error.retryable,
                    retry_after_ms: error.retry_after_ms,
                    maybe_applied: error.maybe_applied,
                    http_status: error.http_status,
                    details: error.details.into(),
                }
            }
        }

        impl From<wit::Finding> for Finding {
            fn from(finding: wit::Finding) -> Self {
                Self {
                    severity: match finding.severity {
                        wit::Severity::Error => Severity::Error,
                        wit::Severity::Warning => Severity::Warning,
                        wit::Severity::Note => Severity::Note,
                    },
                    rule: finding.rule,
                    path: finding.path,
                    message: finding.message,
                    remedy: finding.remedy,
                }
            }
        }

        impl From<wit::Capabilities> for Capabilities {
            fn from(flags: wit::Capabilities) -> Self {
                Self {
                    transport_model: match flags.transport_model {
                        wit::TransportModel::DialIn => TransportModel::DialIn,
                        wit::TransportModel::DialOut => TransportModel::DialOut,
                        wit::TransportModel::Either => TransportModel::Either,
                    },
                    supports_fs_snapshot: flags.supports_fs_snapshot,
                    supports_pause_resume: flags.supports_pause_resume,
                    supports_capacity_query: flags.supports_capacity_query,
                    max_concurrent: flags.max_concurrent,
                    max_session_duration_seconds: flags.max_session_duration_seconds,
                    regions: flags.regions,
                    os: flags.os,
                    arch: flags.arch,
                    idle_cost_model: match flags.idle_cost_model {
                        wit::IdleCostModel::Zero => IdleCostModel::Zero,
                        wit::IdleCostModel::StorageOnly => IdleCostModel::StorageOnly,
                        wit::IdleCostModel::Metered => IdleCostModel::Metered,
                    },
                    billing_model: match flags.billing_model {
                        wit::BillingModel::WallClock => BillingModel::WallClock,
                        wit::BillingModel::ActiveCpu => BillingModel::ActiveCpu,
                        wit::BillingModel::Invocation => BillingModel::Invocation,
                        wit::BillingModel::Fixed => BillingModel::Fixed,
                    },
                    max_vcpu: flags.max_vcpu,
                    max_memory_mb: flags.max_memory_mb,
                    supports_gpu: flags.supports_gpu,
                    supports_custom_network_policy: flags.supports_custom_network_policy,
                    egress_default: match flags.egress_default {
                        wit::EgressDefault::AllowAll => EgressDefault::AllowAll,
                        wit::EgressDefault::DenyAll => EgressDefault::DenyAll,
                        wit::EgressDefault::Allowlist => EgressDefault::Allowlist,
                    },
                    is_a2a_remote: flags.is_a2a_remote,
                    repository_authority_enforcement: flags.repository_authority_enforcement,
                    extensions: flags.extensions.into(),
                }
            }
        }

        impl From<wit::Descriptor> for Descriptor {
            fn from(descriptor: wit::Descriptor) -> Self {
                Self {
                    id: descriptor.id,
                    display_name: descriptor.display_name,
                    version: descriptor.version,
                    capabilities: descriptor.capabilities.into(),
                    provides: descriptor.provides.into(),
                    config_schema: descriptor.config_schema,
                    extensions: descriptor.extensions.into(),
                }
            }
        }

        impl From<inventory::Item> for Item {
            fn from(item: inventory::Item) -> Self {
                Self {
                    handle: item.handle.into(),
                    session_id: item.session_id,
                    state: item.state.into(),
                    created_at: item.created_at,
                    orphan_since: item.orphan_since,
                    extensions: item.extensions.into(),
                }
            }
        }

        impl From<inventory::Page> for Page {
            fn from(page: inventory::Page) -> Self {
                Self {
                    items: page.items.into_iter().map(Into::into).collect(),
                    next_cursor: page.next_cursor,
                    server_time: page.server_time,
                }
            }
        }

        impl From<Mode> for inventory::Mode {
            fn from(mode: Mode) -> Self {
                match mode {
                    Mode::Look => Self::Look,
                    Mode::Mark => Self::Mark,
                    Mode::Act => Self::Act,
                }
            }
        }

        impl From<inventory::Outcome> for Outcome {
            fn from(outcome: inventory::Outcome) -> Self {
                Self {
                    external_id: outcome.external_id,
                    session_id: outcome.session_id,
                    action: match outcome.action {
                        inventory::Action::Kept => Action::Kept,
                        inventory::Action::Marked => Action::Marked,
                        inventory::Action::Unmarked => Action::Unmarked,
                        inventory::Action::Deleted => Action::Deleted,
                        inventory::Action::Failed => Action::Failed,
                    },
                    reason: outcome.reason,
                }
            }
        }

        impl From<inventory::Report> for Report {
            fn from(report: inventory::Report) -> Self {
                Self {
                    outcomes: report.outcomes.into_iter().map(Into::into).collect(),
                    complete: report.complete,
                    server_time: report.server_time,
                }
            }
        }

        impl From<diagnostics::HealthReport> for HealthReport {
            fn from(report: diagnostics::HealthReport) -> Self {
                Self {
                    condition: match report.condition {
                        diagnostics::Condition::Ready => Condition::Ready,
                        diagnostics::Condition::Degraded => Condition::Degraded,
                        diagnostics::Condition::Unhealthy => Condition::Unhealthy,
                    },
                    rule: report.rule,
                    reason: report.reason,
                    until: report.until,
                    findings: report.findings.into_iter().map(Into::into).collect(),
                    extensions: report.extensions.into(),
                }
            }
        }

        impl From<diagnostics::Explanation> for Explanation {
            fn from(explanation: diagnostics::Explanation) -> Self {
                Self {
                    handle: explanation.handle.map(Into::into),
                    state: explanation.state.map(Into::into),
                    output: explanation.output,
                    findings: explanation.findings.into_iter().map(Into::into).collect(),
                    details: explanation.details.into(),
                }
            }
        }

        impl From<diagnostics::CapacityReport> for CapacityReport {
            fn from(report: diagnostics::CapacityReport) -> Self {
                Self {
                    active: report.active,
                    parked: report.parked,
                    available: report.available,
                    maximum: report.maximum,
                    limit: report.limit,
                    captured_at: report.captured_at,
                    complete: report.complete,
                    details: report.details.into(),
                }
            }
        }
    };
}
