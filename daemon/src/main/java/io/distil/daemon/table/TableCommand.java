package io.distil.daemon.table;

import io.distil.base.api.TableChange;
import io.distil.daemon.cli.ClientCommand;
import io.distil.daemon.cli.CommandContext;
import io.distil.daemon.cli.Rows;

import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

import java.util.Optional;

/// A command about one table: its name, and how bytes are written.
abstract class TableCommand extends ClientCommand {
    /// Longer values are cut where people read them; `get` and `--json` give all of it.
    private static final int VALUE_CHARACTERS_SHOWN = 80;

    @Parameters(index = "0", paramLabel = "TABLE", description = "The table's name.")
    private String table;

    @Option(
            names = "--as",
            paramLabel = "FORM",
            order = 80,
            description = "How keys and values are typed and shown: text (default), escaped, hex or base64.")
    private ByteText form = ByteText.TEXT;

    TableCommand(CommandContext context) {
        super(context);
    }

    protected final String table() {
        return table;
    }

    /// Reads a key or a value as it was typed.
    protected final byte[] bytes(String what, String typed) {
        return parsed(what, () -> form.parse(typed));
    }

    /// As people see it.
    protected final String shown(byte[] bytes) {
        return form.format(bytes);
    }

    /// A cell with a key: for programs without loss, for people in the form asked for.
    protected final Rows key(Rows rows, byte[] key) {
        return isJson() ? exact(rows, "key", key) : rows.text("key", shown(key));
    }

    /// A cell with a value, or with nothing if the row is gone.
    protected final Rows value(Rows rows, Optional<byte[]> value) {
        if (value.isEmpty()) {
            return rows.absent("value");
        }
        if (isJson()) {
            return exact(rows, "value", value.get());
        }
        String all = shown(value.get());
        return rows.text(
                "value",
                all.codePointCount(0, all.length()) <= VALUE_CHARACTERS_SHOWN
                        ? all
                        : all.substring(0, all.offsetByCodePoints(0, VALUE_CHARACTERS_SHOWN))
                                + "… ("
                                + value.get().length
                                + " bytes)");
    }

    /// Cells of what became of a key.
    protected final Rows change(Rows rows, TableChange change) {
        return value(
                key(rows, change.key())
                        .version(change.version())
                        .text("change", change.value().isPresent() ? "set" : "gone"),
                change.value());
    }

    /// JSON has texts, not bytes: what is no text stands in base64 under a name that says so.
    private Rows exact(Rows rows, String name, byte[] bytes) {
        if (form != ByteText.TEXT) {
            return rows.text(name, shown(bytes));
        }
        Optional<String> text = ByteText.decode(bytes);
        return text.isPresent()
                ? rows.text(name, text.get())
                : rows.text(name + "Base64", ByteText.BASE64.format(bytes));
    }

    protected static String rows(long count) {
        return count == 1 ? "1 row" : count + " rows";
    }
}
