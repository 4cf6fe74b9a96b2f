use std::sync::Arc;
use std::time::Instant;
use http_body_util::BodyExt;
use sandbox_host::http::*;
use sandbox_host::*;
struct Fake;
impl HttpClient for Fake {
    fn send(&self, request: http::Request<WasiBody>, _o: RequestOptions) -> ResponseFuture {
        Box::pin(async move {
            let (_head, body) = request.into_parts();
            let _bytes = body.collect().await?.to_bytes();
            let reply = http_body_util::Full::new(bytes::Bytes::from(r#"{"id":"x","state":"started","name":"rensei-s-1"}"#)).map_err(|n| match n {}).boxed_unsync();
            Ok(http::Response::builder().status(200).header("content-type","application/json").body(reply).unwrap())
        })
    }
}
#[tokio::test]
async fn smoke() {
    let t=Instant::now();
    let host = Host::builder().http(Arc::new(Fake)).build().unwrap();
    println!("host {:?}", t.elapsed());
    let t=Instant::now();
    let p = host.load_file("../target/component/daytona-sandbox-provider.wasm").unwrap();
    println!("load {:?} {:?}", t.elapsed(), p.info());
    println!("{:?}", p.describe().await.unwrap().id);
    let c = Context::new("p").with_credential(Credential::new("k"));
    println!("{:?}", p.origins(&c, None).await);
    let h = p.provision(&c, &Spec::new("s-1")).await;
    println!("{h:?}");
    let h = h.unwrap();
    println!("{:?}", p.status(&c, &h).await);
    let n = 2000;
    let t=Instant::now();
    for _ in 0..n { p.provision(&c, &Spec::new("s-1")).await.unwrap(); }
    println!("fresh provision {:?}", t.elapsed()/n);
    let t=Instant::now();
    for _ in 0..n { p.status(&c, &h).await.unwrap(); }
    println!("fresh status {:?}", t.elapsed()/n);
    let t=Instant::now();
    for _ in 0..n { p.describe().await.unwrap(); }
    println!("fresh describe {:?}", t.elapsed()/n);
    let t=Instant::now();
    for _ in 0..n { p.instance().await.unwrap(); }
    println!("instance {:?}", t.elapsed()/n);
    let mut i = p.instance().await.unwrap();
    let t=Instant::now();
    for _ in 0..n { i.status(&c, &h).await.unwrap(); }
    println!("reused status {:?}", t.elapsed()/n);
    let path = std::env::temp_dir().join("x.cwasm");
    p.write_precompiled(&path).unwrap();
    let t=Instant::now();
    let p2 = host.load_precompiled(&path).unwrap();
    println!("load precompiled {:?} {}", t.elapsed(), std::fs::metadata(&path).unwrap().len());
    assert_eq!(p2.info(), p.info());
    p2.describe().await.unwrap();
}
