//! What is answered before any route: the dashboard, the page of the API's root, requests of browsers.

use super::reply::Reply;
use crate::core::Core;
use crate::inspect::RecordedRequest;
use crate::settings::Dashboard;

const PAGE: &str = "<!doctype html>\n<html lang=\"en\">\n<head>\n  <meta charset=\"utf-8\" />\n  <title>Daytona</title>\n\
                    </head>\n<body>\n  <div id=\"root\"></div>\n</body>\n</html>\n";

const API_PAGE: &str = "\n<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n  <meta charset=\"UTF-8\">\n  \
                        <title>Swagger UI</title>\n</head>\n<body>\n  <div id=\"swagger-ui\"></div>\n</body>\n</html>\n";

/// The answer to what is not under the path of the API.
pub(super) fn outside(dashboard: Dashboard) -> Reply {
    match dashboard {
        Dashboard::Page => page(PAGE),
        Dashboard::Missing => {
            let body = serde_json::json!({"statusCode": 500, "message": "Internal server error"});
            Reply::json(500, &body)
        }
    }
}

/// The page at the root of the API, which describes it.
pub(super) fn root() -> Reply {
    page(API_PAGE)
}

fn page(text: &str) -> Reply {
    Reply::new(200).header("content-type", "text/html; charset=utf-8").body(text.to_owned())
}

/// The preflight request of a browser, which is answered before everything else, keys and maintenance included.
pub(super) fn preflight(core: &Core, request: &RecordedRequest) -> Reply {
    let mut reply = Reply::new(204);
    if core.generation.allows_credentials() {
        reply = reply.header("Access-Control-Allow-Credentials", "true");
    }
    if let Some(origin) = request.header("origin").filter(|origin| http::HeaderValue::from_str(origin).is_ok()) {
        reply = reply.header("Access-Control-Allow-Origin", origin);
    }
    reply.header("Access-Control-Allow-Methods", "GET,HEAD,PUT,PATCH,POST,DELETE,OPTIONS")
}
