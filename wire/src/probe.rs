//! What machines ask about the process itself.

wire! {
    /// What a probe found.
    pub enum ProbeStatus {
        /// The process answers.
        Alive,
        /// Requests can be served.
        Ready,
    }
}

wire! {
    /// The answer to a probe when all is well.
    pub struct Probe {
        /// What it found.
        pub status: ProbeStatus,
    }
}
