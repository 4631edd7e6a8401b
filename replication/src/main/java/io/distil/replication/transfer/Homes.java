package io.distil.replication.transfer;

import io.distil.base.CorruptBlock;
import io.distil.storage.ring.Disk;
import io.distil.storage.store.Store;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/// The directories in which a replica's store may lie: the top of its disk, or a copy received from another replica. The
/// picture is in the package's description.
public final class Homes {
    /// The first home: the directory itself.
    public static final String TOP = "";

    private static final String PREFIX = "installed-";

    private Homes() {}

    /// The home to open.
    ///
    /// @throws CorruptBlock if there is no complete home, but something of one: then its checkpoint was lost
    public static String present(Disk disk) throws IOException {
        List<Integer> numbers = numbers(disk);
        for (int number : numbers.reversed()) {
            if (Store.exists(in(disk, name(number)))) {
                return name(number);
            }
        }
        if (!numbers.isEmpty() && !Store.exists(disk)) {
            throw new CorruptBlock(
                    "there are homes %s, but none of them nor the directory itself holds a whole store: bring it back from a"
                                    .formatted(numbers.stream().map(Homes::name).toList())
                            + " backup, or give the node an empty directory");
        }
        return TOP;
    }

    /// A home as a disk.
    public static Disk in(Disk disk, String home) throws IOException {
        return home.equals(TOP) ? disk : disk.directory(home);
    }

    /// The home for a copy: the one whose copy was interrupted, or a new one after all others.
    static String next(Disk disk) throws IOException {
        List<Integer> numbers = numbers(disk);
        int last = numbers.isEmpty() ? 0 : numbers.getLast();
        return last > 0 && !Store.exists(in(disk, name(last))) ? name(last) : name(last + 1);
    }

    /// Deletes a home that nobody reads any more.
    public static void delete(Disk disk, String home) throws IOException {
        Disk in = in(disk, home);
        Store.delete(in);
        if (!home.equals(TOP)) {
            for (String name : in.list("")) {
                in.delete(name);
            }
            disk.deleteDirectory(home);
        }
    }

    /// Deletes every home before `present`, and what is left of its own transfer. For the start, when nobody reads.
    public static void deleteBefore(Disk disk, String present) throws IOException {
        if (present.equals(TOP)) {
            return;
        }
        delete(disk, TOP);
        for (int number : numbers(disk)) {
            if (number < number(present)) {
                delete(disk, name(number));
            }
        }
        Disk in = in(disk, present);
        if (in.exists(Installation.PROGRESS)) {
            in.delete(Installation.PROGRESS);
        }
    }

    private static List<Integer> numbers(Disk disk) throws IOException {
        List<Integer> numbers = new ArrayList<>();
        for (String name : disk.directories("")) {
            if (name.matches(PREFIX + "[1-9]\\d{0,8}")) {
                numbers.add(number(name));
            }
        }
        numbers.sort(null);
        return numbers;
    }

    private static int number(String home) {
        return Integer.parseInt(home.substring(PREFIX.length()));
    }

    private static String name(int number) {
        return PREFIX + number;
    }
}
