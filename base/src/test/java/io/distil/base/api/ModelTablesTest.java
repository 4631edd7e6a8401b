package io.distil.base.api;

/// The model keeps its own contract.
class ModelTablesTest extends TableStoreContract {
    @Override
    protected TableStore open() {
        return new ModelStore();
    }
}
