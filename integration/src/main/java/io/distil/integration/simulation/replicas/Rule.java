package io.distil.integration.simulation.replicas;

/// What makes Raft right. The model keeps them all, but for one that a test may have it break.
enum Rule {
    /// An entry is handed over when a majority has it on disk, not when its leader has.
    COMMITTED_BEFORE_APPLIED,

    /// A follower answers for what it has synced, not for what it has received.
    SYNCED_BEFORE_ANSWERED,

    /// Nobody votes for a candidate whose log lacks what its own has.
    VOTES_FOR_WHOLE_LOGS,

    /// A leader answers a linearizable read only after a majority has confirmed that it still leads.
    READS_ASK_A_MAJORITY,

    /// A follower cuts what contradicts its leader, before it takes what follows.
    CONTRADICTIONS_ARE_CUT
}
