package io.distil.wire.client;

import io.distil.base.api.WriteTag;

import java.security.SecureRandom;

/// Who a client is for every node it talks to: 128 random bits, which never reach a second client.
record Identity(long high, long low) {
    static Identity random() {
        SecureRandom random = new SecureRandom();
        return new Identity(random.nextLong(), random.nextLong());
    }

    WriteTag tag(long sequence) {
        return new WriteTag(high, low, sequence);
    }
}
