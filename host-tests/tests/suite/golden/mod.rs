//! What goes over the wire for odd input, compared byte for byte with files that were written by version 0.2.0.
//!
//! Names, labels and digests are how later versions find the sandboxes of earlier ones, and the Dockerfile's text is the
//! key of Daytona's build cache: a byte that changes here orphans sandboxes or builds every image anew. After a change
//! that is meant, `REGENERATE_GOLDEN_FILES=1` in the environment makes the tests write the files instead of comparing;
//! the difference belongs into the review.

mod cases;
mod file;
mod launch;
mod replies;
mod requests;
mod server;
mod sessions_and_pools;

use host_tests::{bench_of, context_with, load};
use sandbox_host::{Context, Host, Spec};

use file::Golden;
use server::EchoServer;

/// One provision.
struct Case {
    title: String,
    context: Context,
    spec: Spec,
}

impl Case {
    /// A specification in a pool of defaults.
    fn new(title: impl Into<String>, spec: Spec) -> Self {
        Self { title: title.into(), context: context_with(""), spec }
    }

    /// With more in the pool's configuration, for example `"cpu":2`.
    fn in_pool(mut self, more: &str) -> Self {
        self.context = context_with(more);
        self
    }
}

/// A session that asks for what the change says.
fn spec(change: impl FnOnce(&mut Spec)) -> Spec {
    let mut spec = Spec::new("sess-42");
    change(&mut spec);
    spec
}

/// A text in one line, with nothing in it that cannot be seen.
fn shown(text: &str) -> String {
    let plain = |c: char| c.is_ascii_graphic() || c == ' ' || c.is_alphanumeric();
    text.chars().map(|c| if plain(c) { c.to_string() } else { c.escape_unicode().to_string() }).collect()
}

/// Provisions each case in both dialects and compares the creates that were sent, and the handles, with the file.
async fn compare(file: &'static str, cases: Vec<Case>) {
    let mut golden = Golden::new(file).await;
    for case in cases {
        for dialect in ["sandbox", "workspace"] {
            golden.title(&format!("{}; dialect {dialect}", case.title));
            let server = EchoServer::new();
            let provider = load(&Host::builder().http(server.clone()).build().expect("a host"));
            let mut context = case.context.clone();
            context.config = with_dialect(&context.config, dialect);
            let outcome = provider.provision(&context, &case.spec).await;
            // How it looks for what is there before and after is not part of what is frozen.
            for request in server.requests().iter().filter(|request| request.method == "POST") {
                golden.request(request);
            }
            golden.outcome(outcome);
        }
    }
    golden.compare();
}

/// The configuration with one key more, as its text: what is odd in it has to stay as it is.
fn with_dialect(config: &str, dialect: &str) -> String {
    let (begin, end) = config.rsplit_once('}').unwrap_or(("{", ""));
    let comma = if begin.trim_end().ends_with('{') { "" } else { "," };
    format!(r#"{begin}{comma}"dialect":"{dialect}"}}{end}"#)
}

#[tokio::test(start_paused = true)]
async fn names_of_odd_sessions_and_pools_are_those_of_0_2_0() {
    compare("sessions", sessions_and_pools::sessions()).await;
}

#[tokio::test(start_paused = true)]
async fn commands_and_dockerfiles_are_those_of_0_2_0() {
    compare("commands", launch::commands()).await;
}

#[tokio::test(start_paused = true)]
async fn images_are_those_of_0_2_0() {
    compare("images", launch::images()).await;
}

#[tokio::test(start_paused = true)]
async fn environments_are_those_of_0_2_0() {
    compare("environments", cases::environments()).await;
}

#[tokio::test(start_paused = true)]
async fn labels_are_those_of_0_2_0() {
    compare("labels", cases::labels()).await;
}

#[tokio::test(start_paused = true)]
async fn sizes_and_regions_are_those_of_0_2_0() {
    compare("sizes", cases::sizes()).await;
}

#[tokio::test(start_paused = true)]
async fn times_are_those_of_0_2_0() {
    compare("times", cases::times()).await;
}

#[tokio::test(start_paused = true)]
async fn pools_and_contexts_are_those_of_0_2_0() {
    compare("pools", sessions_and_pools::pools()).await;
}

/// One call each, with all headers, over replies in a fixed order.
#[tokio::test(start_paused = true)]
async fn requests_of_every_function_are_those_of_0_2_0() {
    let mut golden = Golden::new("requests").await;
    for exchange in requests::exchanges() {
        golden.title(&exchange.title);
        let bench = bench_of(exchange.script);
        let outcome = (exchange.call)(bench.provider.clone()).await;
        for request in bench.script.requests() {
            golden.request(&request);
            golden.headers(&request);
        }
        golden.line(&outcome);
    }
    golden.compare();
}

#[tokio::test(start_paused = true)]
async fn odd_replies_are_read_as_by_0_2_0() {
    let mut golden = Golden::new("replies").await;
    for (title, body) in replies::replies() {
        golden.title(&title);
        golden.line(&format!("reply: `{}`", shown(&body)));
        for line in replies::read(&body).await {
            golden.line(&line);
        }
    }
    golden.compare();
}
