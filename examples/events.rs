//! What a slot tells: which version serves, what was refused and why, and when the last call of an old version has ended.
//!
//! ```console
//! $ cargo run -p examples --bin events -- version-1.wasm version-2.wasm
//! ```

use std::error::Error;
use std::path::Path;

use sandbox_host::Host;
use sandbox_host::slot::{Candidate, Event, Slot};

/// Offers something that is no component, then a component. Returns the events up to the end of the first version.
pub async fn run(first: &Path, second: &Path) -> Result<Vec<Event>, Box<dyn Error>> {
    let host = Host::builder().build()?;
    let slot = Slot::builder("provider").open(&host, Candidate::file(first)).await?;
    let mut events = slot.subscribe();

    // What is refused changes nothing: the first version serves on.
    if let Err(refused) = slot.swap(Candidate::bytes("not a component")).await {
        println!("refused: {refused}");
    }
    slot.swap(Candidate::file(second)).await?;

    let mut seen = Vec::new();
    loop {
        let event = events.recv().await?;
        println!("{event}");
        let is_last = matches!(event, Event::Drained { .. });
        seen.push(event);
        if is_last {
            return Ok(seen);
        }
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut files = std::env::args().skip(1);
    let (first, second) = files.next().zip(files.next()).ok_or("name the files of two components")?;
    run(Path::new(&first), Path::new(&second)).await?;
    Ok(())
}
