package io.distil.storage.keyed;

import java.util.List;

/// What reading a whole version of a keyed tree found.
///
/// @param leafCount leaves that could be read; so for the others
/// @param nodeCount inner blocks
/// @param valueCount values in blocks of their own
/// @param entryCount keys
/// @param blockBytes sum of the bodies of all of these blocks
/// @param damage one sentence for everything that is not as it should be; empty for a sound tree
public record KeyedReport(
        long leafCount, long nodeCount, long valueCount, long entryCount, long blockBytes, List<String> damage) {
    public KeyedReport {
        damage = List.copyOf(damage);
    }

    public boolean isSound() {
        return damage.isEmpty();
    }
}
