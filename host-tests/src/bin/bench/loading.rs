//! Sizes, and what it takes until a provider can be called.

use std::time::Instant;

use host_tests::load_signed;
use sandbox_host::{Host, LoadError, Provider};

use crate::artefacts::Artefacts;
use crate::report::{Section, grouped, millis};
use crate::stats::Sample;
use crate::{Failure, lab};

/// Compiling takes a tenth of a second, the rest less than a millisecond.
const COLD: usize = 9;
const CACHED: usize = 301;

pub fn sizes(artefacts: &Artefacts) -> Result<Section, Failure> {
    let mut section = Section::new("Size, bytes", &[]);
    let component = artefacts.component.len();
    section.row("component", [grouped(component as u64)]).at_most("", component as f64, 300_000.0, "");
    section.row("precompiled", [grouped(std::fs::metadata(&artefacts.precompiled)?.len())]);
    Ok(section)
}

pub fn loading(artefacts: &Artefacts) -> Result<Section, Failure> {
    let network = std::sync::Arc::new(host_tests::fake::FakeNetwork(lab::server()));
    let host = Host::builder().http(network.clone()).build()?;
    let caching = Host::builder().http(network).cache(artefacts.directory().join("cache")).build()?;
    // Makes the entry.
    caching.load(&artefacts.component)?;

    let cold = timed(COLD, || host.load(&artefacts.component))?;
    let cached = timed(CACHED, || caching.load(&artefacts.component))?;
    let file = timed(CACHED, || load_signed(&host, &artefacts.precompiled))?;

    let mut section = Section::new("Load, ms", &["median", "99 of 100"]);
    let cells = |sample: &Sample| [millis(sample.median()), millis(sample.quantile(0.99))];
    section.row("cold, from wasm", cells(&cold));
    section.row("cached, from wasm that was compiled before", cells(&cached)).at_most(
        "median",
        cached.median() * 1e3,
        0.5,
        " ms",
    );
    section.row("from a precompiled file", cells(&file)).at_most("median", file.median() * 1e3, 0.5, " ms");
    Ok(section)
}

fn timed(rounds: usize, mut load: impl FnMut() -> Result<Provider, LoadError>) -> Result<Sample, Failure> {
    let mut times = Vec::with_capacity(rounds);
    for _ in 0..rounds {
        let begun = Instant::now();
        let provider = load()?;
        times.push(begun.elapsed().as_secs_f64());
        drop(provider);
    }
    Sample::of(times)
}
