package io.distil.daemon.cli;

import java.util.Arrays;
import java.util.List;

/// Where a daemon listens.
///
/// @param host a name or an address; an IPv6 address without its brackets
/// @param port 1..65535
public record ServerAddress(String host, int port) {
    /// Where a daemon listens, and a command looks for one, unless told otherwise.
    public static final ServerAddress DEFAULT = new ServerAddress("127.0.0.1", 7700);

    private static final int PORT_MAX = 65535;

    /// Reads `HOST:PORT`, `[IPV6]:PORT`, or `HOST` alone with the default port.
    ///
    /// @throws IllegalArgumentException with a sentence
    public static ServerAddress parse(String text) {
        int colon = text.lastIndexOf(':');
        boolean hasPort = colon > text.lastIndexOf(']') && (text.startsWith("[") || text.indexOf(':') == colon);
        String host = hasPort ? text.substring(0, colon) : text;
        if (host.startsWith("[") && host.endsWith("]")) {
            host = host.substring(1, host.length() - 1);
        }
        int port = hasPort ? parsePort(text.substring(colon + 1)) : DEFAULT.port;
        if (host.isEmpty() || port < 1 || port > PORT_MAX) {
            throw new IllegalArgumentException("'" + text + "' is not HOST:PORT");
        }
        return new ServerAddress(host, port);
    }

    /// Reads addresses with commas between them.
    ///
    /// @throws IllegalArgumentException with a sentence
    public static List<ServerAddress> parseAll(String text) {
        return Arrays.stream(text.split(",", -1)).map(String::strip).map(ServerAddress::parse).toList();
    }

    private static int parsePort(String digits) {
        try {
            return Integer.parseInt(digits);
        } catch (NumberFormatException e) {
            return 0;
        }
    }

    @Override
    public String toString() {
        return (host.indexOf(':') < 0 ? host : "[" + host + "]") + ":" + port;
    }
}
