//! The ways into the server that a create can come through.

/// The resource that a create came through; they differ in what they honour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Surface {
    /// `POST /sandbox`.
    Sandbox,
    /// `POST /workspace` of a real server.
    Workspace,
    /// `POST /workspace` of the provider description.
    Documented,
}
