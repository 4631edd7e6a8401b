package io.distil.replication.catalog;

import io.distil.base.CorruptBlock;
import io.distil.base.ErrorCode;
import io.distil.base.Refused;
import io.distil.base.StreamId;
import io.distil.base.Version;
import io.distil.base.api.Outcome;
import io.distil.base.api.WriteTag;
import io.distil.base.memory.MemoryReader;
import io.distil.base.memory.MemoryWriter;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/// The outcomes of each client's last mutations, so that a repetition is answered and not applied again. One owner thread.
///
/// A client has at most {@link WriteTag#IN_FLIGHT_MAX} mutations unanswered, so whatever it may still repeat lies within
/// that many numbers of its highest. Clients beyond {@link #CLIENT_COUNT_MAX} are forgotten, the longest silent first.
public final class Sessions {
    /// Bounds the memory of sessions to about 40 MiB.
    public static final int CLIENT_COUNT_MAX = 4096;

    /// A client's 128-bit identity.
    public record Client(long high, long low) {
        public static Client of(WriteTag tag) {
            return new Client(tag.clientHigh(), tag.clientLow());
        }
    }

    /// A ring of outcomes by sequence; column `i` belongs to the numbers equal to `i` modulo the ring's size.
    private static final class Session {
        private static final int SIZE = WriteTag.IN_FLIGHT_MAX;
        private final long[] sequences = new long[SIZE];
        private final long[] majors = new long[SIZE];
        private final long[] minors = new long[SIZE];
        private final long[] propertyVersions = new long[SIZE];
        private long highest;
        private long lastPosition;

        private static int slot(long sequence) {
            return (int) (sequence % SIZE);
        }
    }

    /// In the order of their last mutation, so that every replica forgets the same client.
    private final LinkedHashMap<Client, Session> sessions = new LinkedHashMap<>();

    /// What the mutation with this tag led to, if it was applied before.
    ///
    /// @throws Refused if the tag is so old that its outcome is forgotten
    public Optional<Outcome> find(WriteTag tag) {
        Session session = sessions.get(Client.of(tag));
        if (session == null || tag.sequence() > session.highest) {
            return Optional.empty();
        }
        int slot = Session.slot(tag.sequence());
        if (session.sequences[slot] == tag.sequence()) {
            return Optional.of(
                    new Outcome(
                            new Version(session.majors[slot], session.minors[slot]), session.propertyVersions[slot]));
        }
        if (tag.sequence() <= session.highest - Session.SIZE) {
            throw new Refused(
                    ErrorCode.INVALID_ARGUMENT,
                    "mutation "
                            + tag.sequence()
                            + " of this client is more than "
                            + Session.SIZE
                            + " behind its latest, "
                            + session.highest);
        }
        return Optional.empty();
    }

    /// Remembers an outcome.
    ///
    /// @param position of the mutation in the log
    /// @param forgotten told of a client that had to make room
    public void put(WriteTag tag, Outcome outcome, long position, Consumer<Client> forgotten) {
        Client client = Client.of(tag);
        Session session = sessions.remove(client);
        if (session == null) {
            session = new Session();
        }
        sessions.put(client, session);
        session.lastPosition = position;
        int slot = Session.slot(tag.sequence());
        session.sequences[slot] = tag.sequence();
        session.majors[slot] = outcome.version().major();
        session.minors[slot] = outcome.version().minor();
        session.propertyVersions[slot] = outcome.propertyVersion();
        session.highest = Math.max(session.highest, tag.sequence());
        if (sessions.size() > CLIENT_COUNT_MAX) {
            Client oldest = sessions.keySet().iterator().next();
            sessions.remove(oldest);
            forgotten.accept(oldest);
        }
    }

    public int size() {
        return sessions.size();
    }

    /// Bytes that {@link #encode} writes at most.
    public static int encodedBytesMax() {
        return 12 + Session.SIZE * 4 * Long.BYTES;
    }

    public boolean contains(Client client) {
        return sessions.containsKey(client);
    }

    /// Writes what is remembered of a client.
    public void encode(Client client, MemoryWriter writer) {
        Session session = sessions.get(client);
        int count = 0;
        for (long sequence : session.sequences) {
            count += sequence == 0 ? 0 : 1;
        }
        writer.i64(session.lastPosition).u32(count);
        for (int slot = 0; slot < Session.SIZE; slot++) {
            if (session.sequences[slot] != 0) {
                writer.i64(session.sequences[slot]).i64(session.majors[slot]);
                writer.i64(session.minors[slot]).i64(session.propertyVersions[slot]);
            }
        }
    }

    /// Takes a client as it was at a checkpoint. {@link #restoreOrder} must follow the last one.
    public void decode(Client client, MemoryReader reader) throws CorruptBlock {
        Session session = new Session();
        session.lastPosition = reader.i64();
        for (int left = reader.u32(); left > 0; left--) {
            long sequence = reader.i64();
            int slot = (int) Long.remainderUnsigned(sequence, Session.SIZE);
            session.sequences[slot] = sequence;
            session.majors[slot] = reader.i64();
            session.minors[slot] = reader.i64();
            session.propertyVersions[slot] = reader.i64();
            session.highest = Math.max(session.highest, sequence);
        }
        sessions.put(client, session);
    }

    /// Adds what another group remembers of a client to what is remembered here. A number means the same mutation in every
    /// group: a client counts over all of them.
    ///
    /// @param position of the entry that brings it
    /// @param forgotten told of a client that had to make room
    public void merge(Client client, MemoryReader reader, long position, Consumer<Client> forgotten)
            throws CorruptBlock {
        reader.i64();
        for (int left = reader.u32(); left > 0; left--) {
            WriteTag tag = new WriteTag(client.high(), client.low(), reader.i64());
            Outcome outcome = new Outcome(new Version(reader.i64(), reader.i64()), reader.i64());
            if (!remembers(tag)) {
                put(tag, outcome, position, forgotten);
            }
        }
    }

    /// Whether the number is known here, or so old that its slot belongs to a later one.
    private boolean remembers(WriteTag tag) {
        Session session = sessions.get(Client.of(tag));
        return session != null && session.sequences[Session.slot(tag.sequence())] >= tag.sequence();
    }

    /// Clients that are remembered, in no order. Owner thread.
    public List<Client> clients() {
        return List.copyOf(sessions.keySet());
    }

    /// Everything that is remembered, a line for each client, in the order in which they will be forgotten.
    public void describe(Consumer<String> lines) {
        sessions.forEach((client, session) -> {
            StringBuilder line = new StringBuilder("client ");
            line.append(new StreamId(client.high(), client.low())).append(" position ").append(session.lastPosition);
            for (int slot = 0; slot < Session.SIZE; slot++) {
                if (session.sequences[slot] != 0) {
                    line.append(' ').append(session.sequences[slot]);
                    line.append(':').append(session.majors[slot]).append('.').append(session.minors[slot]);
                    line.append(':').append(session.propertyVersions[slot]);
                }
            }
            lines.accept(line.toString());
        });
    }

    /// Brings the clients of a checkpoint back into the order of their last mutations.
    public void restoreOrder() {
        List<Map.Entry<Client, Session>> entries = new ArrayList<>(sessions.entrySet());
        entries.sort(Comparator.comparingLong(entry -> entry.getValue().lastPosition));
        sessions.clear();
        entries.forEach(entry -> sessions.put(entry.getKey(), entry.getValue()));
    }
}
