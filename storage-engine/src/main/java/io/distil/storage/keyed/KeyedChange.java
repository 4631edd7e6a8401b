package io.distil.storage.keyed;

import io.distil.base.BrokenInvariant;

/// One change of a batch. The arrays belong to the change from now on.
public sealed interface KeyedChange {
    byte[] key();

    /// From now on the key has this value, whether it had one before or not.
    record Put(byte[] key, byte[] value) implements KeyedChange {
        public Put {
            checkKey(key);
            if (value.length > KeyedTree.VALUE_BYTES_MAX) {
                throw new BrokenInvariant(
                        "a value of " + value.length + " bytes, wanted at most " + KeyedTree.VALUE_BYTES_MAX);
            }
        }
    }

    /// From now on the key is absent, whether it was there before or not.
    record Delete(byte[] key) implements KeyedChange {
        public Delete {
            checkKey(key);
        }
    }

    private static void checkKey(byte[] key) {
        if (key.length < 1 || key.length > KeyedTree.KEY_BYTES_MAX) {
            throw new BrokenInvariant("a key of " + key.length + " bytes, wanted 1.." + KeyedTree.KEY_BYTES_MAX);
        }
    }
}
