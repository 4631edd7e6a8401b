package io.distil.integration.history;

import java.util.Collections;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/// A few keys of one tablet under batches that are done whole or not at all. Its state is all of them, so it suits few keys.
public final class TableSpec implements SequentialSpec<SortedMap<String, String>, TableAction> {
    private final SortedMap<String, String> initial;

    public TableSpec(SortedMap<String, String> initial) {
        this.initial = Collections.unmodifiableSortedMap(new TreeMap<>(initial));
    }

    @Override
    public SortedMap<String, String> initial() {
        return initial;
    }

    @Override
    public Optional<SortedMap<String, String>> step(SortedMap<String, String> rows, TableAction action) {
        return switch (action) {
            case TableAction.ReadAll read -> read.rows().equals(rows) ? Optional.of(rows) : Optional.empty();
            case TableAction.Batch batch -> {
                boolean holds = batch.parts().stream().allMatch(part -> holds(part, rows));
                yield switch (batch.ending()) {
                    case CONDITION_FAILED -> holds ? Optional.empty() : Optional.of(rows);
                    case DONE, IN_DOUBT -> holds ? Optional.of(after(rows, batch)) : Optional.empty();
                };
            }
        };
    }

    private static boolean holds(TableAction.Part part, SortedMap<String, String> rows) {
        return part.expected().isEmpty() || part.expected().get().equals(rows.get(part.key()));
    }

    private static SortedMap<String, String> after(SortedMap<String, String> rows, TableAction.Batch batch) {
        SortedMap<String, String> after = new TreeMap<>(rows);
        for (TableAction.Part part : batch.parts()) {
            part.value().ifPresentOrElse(value -> after.put(part.key(), value), () -> after.remove(part.key()));
        }
        return Collections.unmodifiableSortedMap(after);
    }

    @Override
    public boolean isReadOnly(TableAction action) {
        return switch (action) {
            case TableAction.ReadAll _ -> true;
            case TableAction.Batch batch -> batch.ending() == RegisterAction.Ending.CONDITION_FAILED;
        };
    }
}
