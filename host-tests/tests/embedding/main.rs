//! What an embedder may rely on, seen with the real component and a Daytona on a loopback socket; and that the documents show
//! what there is.

mod daytona;
mod docs;
mod examples;
mod injection;
mod policy;
mod warm;
