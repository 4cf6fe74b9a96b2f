//! The interface `process`, as hostile as the rest.

use crate::attack::attack;
use crate::contract::process::{Command, Completion, Guest as Process, Output};
use crate::contract::types::{Context, Error, Handle};
use crate::exports::{Component, succeed};
use crate::orders::Orders;

impl Process for Component {
    fn exec(context: Context, _: Handle, _: Command) -> Result<Completion, Error> {
        let result = succeed(attack(&Orders::of(&context), "exec"))?;
        Ok(Completion {
            exit_code: Some(0),
            stdout: result.report,
            stderr: String::new(),
            truncated: false,
            details: details(result.many),
        })
    }

    fn launch(context: Context, _: Handle, _: Command, _: Option<String>) -> Result<String, Error> {
        Ok(succeed(attack(&Orders::of(&context), "launch"))?.report)
    }

    fn read(
        context: Context,
        _: Handle,
        _: Option<String>,
        _: Option<String>,
        _: Option<u32>,
    ) -> Result<Output, Error> {
        let result = succeed(attack(&Orders::of(&context), "read"))?;
        Ok(Output {
            stdout: result.report,
            stderr: String::new(),
            next_cursor: None,
            ended: true,
            exit_code: None,
            details: details(result.many),
        })
    }

    fn kill(context: Context, _: Handle, _: String) -> Result<(), Error> {
        succeed(attack(&Orders::of(&context), "kill")).map(drop)
    }
}

fn details(many: usize) -> Vec<(String, String)> {
    (0..many).map(|_| (String::new(), String::new())).collect()
}
