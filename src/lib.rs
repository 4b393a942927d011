//! # tend
//!
//! Keeps the services of a small or old Unix box running: reads a Monit control file, checks what
//! it names, repairs what has failed by running the start and stop programs it gives, and tells its
//! owner by mail, log and a small status page. One process, one thread, one event loop.
//!
//! ## The map
//!
//! ```text
//!  control file ─ text, config ─► model (immutable)          diagnostics ─► carets on stderr
//!                                   │ start, or whole replacement at reload
//!  ═════════════════════════ decides ▼ ══════════════════════════════════════
//!  inputs ───────────► engine::Engine::handle(now, input) ───────────► effects
//!    readings, ended probes and programs,      look, probe, spawn, mail, log, save
//!    commands, a new model                     deadline(): when to be woken
//!  ═════════════════════════ acts ═══════════════════════════════════════════
//!  shell: sleep until the nearest deadline or readiness; then, after every single
//!  input, perform all its effects. sample and sys do what shell asks of the system.
//! ```
//!
//! Folders are stages; each may use those above it in this list, never those below:
//! [`time`], [`text`], [`pattern`], [`model`], [`config`], [`reading`], [`protocol`], [`mail`],
//! [`engine`], [`http`], [`view`] decide; [`sys`], [`sample`], [`shell`], [`cli`] act.
//! `tests/tidy.rs` checks the arrows.
//!
//! ## What is absent
//!
//! * The deciding half holds no descriptor and asks no clock, file, environment or random source.
//!   Same inputs, same effects, byte for byte.
//! * No unsafe code outside [`sys`].
//! * No thread, no async runtime, no call that waits: what can block is non-blocking (sockets),
//!   sliced (hashing) or runs in a short-lived forked child whose end is an event (names, dead file
//!   systems).
//! * No buffer, queue or table that a peer or a file can fill without a named limit.

pub mod time;

pub mod text;

pub mod pattern;

pub mod model;

pub mod config;

pub mod reading;

pub mod protocol;

pub mod mail;

pub mod engine;

pub mod http;

pub mod view;

#[allow(unsafe_code)] // the one place for it
#[allow(clippy::disallowed_methods)] // this is where the system is asked
pub mod sys;

#[allow(clippy::disallowed_methods)] // reads the files and tables the checks name
pub mod sample;

#[allow(clippy::disallowed_methods)] // performs effects: files, clocks, sockets
pub mod shell;

#[allow(clippy::disallowed_methods)]
// reads the control file and the environment, talks to the daemon
pub mod cli;
