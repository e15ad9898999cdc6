//! The joining of two ledgers, on values.
