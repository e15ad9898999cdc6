//! Tests of notices: placeholder until the rules below are written.
