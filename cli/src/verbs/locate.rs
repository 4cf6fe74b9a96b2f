use crate::Done;
use crate::args::{Global, Locate};
use crate::component::{Network, provider};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::input::{HandleFile, Pool};
use crate::layout::columns;
use crate::out;
use crate::output::{handle, print_json};
use crate::paths::told;
use crate::style::{Style, clean};

pub async fn run(global: &Global, own: &Locate) -> Done {
    let context = Pool::read(global)?.context(global)?;
    let file = own.handle_out.as_deref().map(HandleFile::create).transpose()?;
    let provider = provider(global, Network::Needed)?;
    let Some(found) = provider.locate(&context, &own.session).await? else {
        return Err(Failure::not_found(format!(
            "The vendor has no sandbox of session {} in pool {}.",
            clean(&own.session),
            clean(&context.pool_id)
        ))
        .remedy("Provision it, or name the pool that it was provisioned in with --pool."));
    };
    let path = file.map(|file| file.write(&found)).transpose()?;
    if global.json || path.is_none() {
        print_json(&found)?;
        return Ok(Exit::Ok);
    }
    let style = Style::stdout();
    out::line(format!("{}  {}", style.good("found"), style.bold(clean(&own.session))))?;
    let mut rows = handle(&found);
    if let Some(path) = path {
        rows.push(("handle in", told(&path)));
    }
    out::print(columns(style, &rows))?;
    Ok(Exit::Ok)
}
