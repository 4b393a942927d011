//! What the daemon does to be there when a machine runs out of memory.

use std::fs;

use crate::support::{Sandbox, daemon, eventually, is_root, tend};

