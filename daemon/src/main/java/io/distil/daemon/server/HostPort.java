package io.distil.daemon.server;

import io.distil.base.ErrorCode;
import io.distil.base.Refused;

import java.net.InetSocketAddress;

/// An address as settings have it.
///
/// @param host a name, or an address; an IPv6 address in brackets
record HostPort(String host, int port) {
    private static final int PORT_MAX = 0xffff;

    /// Reads `HOST:PORT`.
    ///
    /// @param field of the settings, for the sentence
    /// @throws Refused naming the field
    static HostPort parse(String field, String text) {
        int colon = text.lastIndexOf(':');
        try {
            int port = Integer.parseInt(text.substring(colon + 1));
            if (colon > 0 && port >= 0 && port <= PORT_MAX) {
                return new HostPort(text.substring(0, colon), port);
            }
        } catch (NumberFormatException e) {
            // Said below, together with all that is no address.
        }
        throw new Refused(ErrorCode.INVALID_ARGUMENT, field + " is '" + text + "', wanted HOST:PORT");
    }

    /// Looks the host up.
    InetSocketAddress resolve() {
        return new InetSocketAddress(host, port);
    }

    /// Whether it stands for all addresses of a machine, and so for none that others could use.
    boolean isWildcard() {
        return host.equals("0.0.0.0") || host.equals("[::]") || host.equals("*");
    }

    HostPort withHost(String newHost) {
        return new HostPort(newHost, port);
    }

    HostPort withPort(int newPort) {
        return new HostPort(host, newPort);
    }

    @Override
    public String toString() {
        return host + ":" + port;
    }
}
