package io.distil.storage.store;

import java.io.IOException;

/// Receives the entries of a scan, in the order of their keys. The arrays are the receiver's own.
public interface KeyedVisitor {
    void visit(byte[] key, byte[] value) throws IOException;
}
