//! JSON-RPC 2.0: messages, their parameters, and answers.

mod batch;
mod error;
mod message;
mod params;
mod surrogates;

pub use batch::{Message, Parsed};
pub use error::{
    CANCELLED, FIRST_PROTOCOL, HOST_BUSY, HOST_ERROR, INVALID_PARAMS, INVALID_REQUEST, LAST_PROTOCOL, METHOD_NOT_FOUND,
    NEVER_REPEAT, OUTCOME_UNKNOWN, PARSE_ERROR, PROVIDER_ERROR, REPEAT_LATER, RpcError, SHUTTING_DOWN, SWAP_REFUSED,
};
pub use message::{Id, Request, answer, notification};
pub use params::MOST_VALUES;
