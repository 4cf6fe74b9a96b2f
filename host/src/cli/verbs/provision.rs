use crate::cli::Done;
use crate::cli::args::{Global, Provision};
use crate::cli::component::{Network, provider};
use crate::cli::exit::Exit;
use crate::cli::failure::Failure;
use crate::cli::input::{self, HandleFile, Pool};
use crate::cli::output::{columns, handle, print_json};
use crate::cli::style::{Style, clean};

pub async fn run(global: &Global, own: &Provision) -> Done {
    let spec = input::spec(own)?;
    let context = Pool::read(global)?.context(global)?;
    let file = own.handle_out.as_deref().map(HandleFile::create).transpose()?;
    let provider = provider(global, Network::Needed)?;
    let made =
        provider.provision(&context, &spec).await.map_err(|error| Failure::of_session(error, &spec.session_id))?;
    let path = file.map(|file| file.write(&made)).transpose()?;
    if global.json || path.is_none() {
        // Without a file the handle itself is the result: it must not get lost.
        print_json(&made)?;
        return Ok(Exit::Ok);
    }
    let style = Style::stdout();
    println!("{}  {}", style.good("provisioned"), style.bold(clean(&spec.session_id)));
    let mut rows = handle(&made);
    if let Some(path) = path {
        rows.push(("handle in", path.display().to_string()));
    }
    print!("{}", columns(style, &rows));
    Ok(Exit::Ok)
}
