package io.distil.base.api;

/// The model keeps its own contract.
class ModelStoreTest extends StreamStoreContract {
    @Override
    protected StreamStore open() {
        return new ModelStore();
    }
}
