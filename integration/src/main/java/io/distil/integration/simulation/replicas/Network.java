package io.distil.integration.simulation.replicas;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.BiConsumer;

/// Messages on their way: delivered in any order, late, twice or not at all, and never across a cut.
final class Network {
    private record Parcel(int from, int to, Message message) {}

    /// More than this are not kept: the oldest is lost.
    private static final int PARCELS_MAX = 200;

    private final Random random;
    private final List<Parcel> parcels = new ArrayList<>();
    private final boolean[][] cut;
    private int lossPercent = 10;

    Network(Random random, int memberCount) {
        this.random = random;
        this.cut = new boolean[memberCount][memberCount];
    }

    boolean isCut(int from, int to) {
        return cut[from][to];
    }

    /// A member is alone; or some one-way connections break, and some are there again.
    void change() {
        if (random.nextBoolean()) {
            int alone = random.nextInt(cut.length);
            for (int other = 0; other < cut.length; other++) {
                cut[alone][other] = true;
                cut[other][alone] = true;
            }
            return;
        }
        for (boolean[] row : cut) {
            for (int to = 0; to < row.length; to++) {
                row[to] = random.nextInt(4) == 0;
            }
        }
    }

    void mend() {
        for (boolean[] row : cut) {
            Arrays.fill(row, false);
        }
    }

    /// From now on nothing is lost that is sent.
    void becomeReliable() {
        mend();
        lossPercent = 0;
    }

    void send(int from, int to, Message message) {
        if (random.nextInt(100) < lossPercent || cut[from][to]) {
            return;
        }
        if (parcels.size() == PARCELS_MAX) {
            parcels.removeFirst();
        }
        parcels.add(new Parcel(from, to, message));
    }

    /// Hands one message over, whichever; sometimes keeps it for another time as well.
    void deliverOne(BiConsumer<Integer, Message> receiver) {
        if (parcels.isEmpty()) {
            return;
        }
        int index = lossPercent == 0 ? 0 : random.nextInt(parcels.size());
        Parcel parcel = lossPercent > 0 && random.nextInt(20) == 0 ? parcels.get(index) : parcels.remove(index);
        if (!cut[parcel.from()][parcel.to()]) {
            receiver.accept(parcel.to(), parcel.message());
        }
    }
}
