use std::path::Path;

use sandbox_host::Handle;

use crate::Done;
use crate::args::{Global, Provision};
use crate::component::{Network, provider};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::input::{self, HandleFile, Pool};
use crate::layout::columns;
use crate::out;
use crate::output::{handle, print_json};
use crate::paths::told;
use crate::style::{Style, clean};

pub async fn run(global: &Global, own: &Provision) -> Done {
    let spec = input::spec(own)?;
    let context = Pool::read(global)?.context(global)?;
    let file = own.handle_out.as_deref().map(HandleFile::create).transpose()?;
    let provider = provider(global, Network::Needed)?;
    let made = provider
        .provision(&context, &spec)
        .await
        .map_err(|error| Failure::of_session(error, global, &spec.session_id))?;
    // From here on there is a sandbox: whatever cannot be written, its handle must not get lost.
    let path = file.map(|file| file.write(&made)).transpose()?;
    shown(global, &spec.session_id, &made, path.as_deref()).map_err(|failure| {
        out::note(format!("{}\n", serde_json::to_string(&made).unwrap_or_default()));
        failure.locate_with(global, &spec.session_id)
    })?;
    if path.is_none() && out::is_lost() {
        out::note(format!("{}\n", serde_json::to_string(&made).unwrap_or_default()));
    }
    Ok(Exit::Ok)
}

fn shown(global: &Global, session: &str, made: &Handle, path: Option<&Path>) -> Result<(), Failure> {
    let Some(path) = path.filter(|_| !global.json) else {
        // Without a file the handle itself is the result.
        return print_json(made);
    };
    let style = Style::stdout();
    let mut rows = handle(made);
    rows.push(("handle in", told(path)));
    out::print(format!("{}  {}\n{}", style.good("provisioned"), style.bold(clean(session)), columns(style, &rows)))
}
