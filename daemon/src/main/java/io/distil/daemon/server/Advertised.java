package io.distil.daemon.server;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;

/// Where others reach an address of this node.
final class Advertised {
    private Advertised() {}

    /// @param host of `advertise`; empty for the address's own
    static HostPort address(String host, HostPort address) {
        return host.isEmpty() ? address : address.withHost(host);
    }

    /// An address with a port: the other nodes must know it before anybody listens there.
    static HostPort withPort(HostPort address) throws IOException {
        if (address.port() != 0) {
            return address;
        }
        try (ServerSocket socket = new ServerSocket()) {
            socket.bind(new InetSocketAddress(address.host(), 0));
            return address.withPort(socket.getLocalPort());
        }
    }
}
