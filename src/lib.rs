//! A sandbox provider for Daytona, as a WebAssembly component.
#![deny(unsafe_code)]
#![allow(dead_code, unused_imports)]

mod contract;
