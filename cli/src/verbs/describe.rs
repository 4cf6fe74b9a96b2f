use sandbox_host::{Descriptor, Function};
use serde::Serialize;
use serde_json::{Value, json};

use crate::Done;
use crate::args::{Describe, Global};
use crate::component::{Network, provider};
use crate::exit::Exit;
use crate::input::Pool;
use crate::out;
use crate::output::{descriptor, print_json};
use crate::style::Style;

#[derive(Serialize)]
struct Described {
    #[serde(flatten)]
    descriptor: Descriptor,
    component: Value,
}

pub async fn run(global: &Global, own: &Describe) -> Done {
    // Nothing of them matters here, but what was named wrongly shall not seem right.
    Pool::read(global)?.context(global)?;
    let provider = provider(global, Network::NotNeeded)?;
    let said = provider.describe().await?;
    let info = provider.info();
    if own.schema {
        out::line(&said.config_schema)?;
    } else if global.json {
        print_json(&Described {
            descriptor: said,
            component: json!({
                "sha256": info.digest_hex(),
                "size": info.size,
                "imports": info.imports,
                "functions": info.functions.iter().map(|function| function.rpc_name()).collect::<Vec<_>>(),
                "lifecycle": info.offers(Function::Stop),
                "inventory": info.offers(Function::List),
            }),
        })?;
    } else {
        out::print(descriptor(Style::stdout(), &said, info))?;
    }
    Ok(Exit::Ok)
}
