//! A client of the bench: the host, with the component from a precompiled file. `client-host FILE fresh|warm`
#![forbid(unsafe_code)]

use host_tests::clients::{Allocator, Caller, Failure, Target, session, work};
use sandbox_host::Status;

#[global_allocator]
static ALLOCATOR: Allocator = Allocator;

fn main() -> Result<(), Failure> {
    let mut arguments = std::env::args().skip(1);
    let (Some(file), Some(kind), None) = (arguments.next(), arguments.next(), arguments.next()) else {
        return Err("usage: client-host FILE fresh|warm".into());
    };
    let context = Target::from_env()?.context("pool-1");
    let caller = Caller::load(file, &kind, 1)?;
    work(async |name| {
        let handle = caller.provision(&context, &session(name)).await?;
        let state = caller.status(&context, &handle).await?;
        if state.status != Status::Running {
            return Err(format!("it is {}", state.provider_state).into());
        }
        caller.terminate(&context, &handle).await?;
        Ok(())
    })
}
