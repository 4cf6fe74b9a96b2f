//! A provider for "Pebble", a vendor that does not exist: its boxes have names that the caller gives, so that creating one
//! twice is creating it once. It implements the core interface of the contract and nothing else.
//!
//! | request | answers |
//! |---|---|
//! | `PUT /v1/boxes/{name}` | 201 or 200 with the box |
//! | `GET /v1/boxes/{name}` | 200 with the box, 404 `{"error":"no-such-box"}` |
//! | `DELETE /v1/boxes/{name}` | 202, 404 likewise |
//!
//! A box is `{"name": …, "phase": "booting" | "up" | "broken" | "ending"}`. The key goes into the header `x-pebble-key`; 401 says that
//! it is wrong. With the feature `faulty` it makes six mistakes, which `FAULTY` marks.

#![cfg(target_arch = "wasm32")]
#![deny(unsafe_code)]

mod contract;
mod exports;
#[path = "../../shared/http.rs"]
mod http;
mod pebble;
#[path = "../../shared/values.rs"]
mod values;

/// Whether this is the provider with the mistakes.
const FAULTY: bool = cfg!(feature = "faulty");
