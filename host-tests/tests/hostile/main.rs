//! A hostile provider: whatever it does in whatever function ends with a typed error, nothing of it is left, and the
//! host answers the next call, of the same provider and of an honest one.

mod addresses;
mod computing;
mod network;
mod requests;
mod results;
mod victim;
