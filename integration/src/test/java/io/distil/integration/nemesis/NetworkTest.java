package io.distil.integration.nemesis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;

/// The proxies do what a bad network does, and nothing else: otherwise every test above them means little.
class NetworkTest {
    private static final int SILENCE_MILLIS = 150;

    private Network network;
    private ServerSocket second;
    private Socket fromFirst;
    private Socket atSecond;

    /// A connection from node 1 to node 2.
    @BeforeEach
    void connect() throws IOException {
        network = new Network(3, new Random());
        second = new ServerSocket();
        second.bind(new InetSocketAddress(network.host(2), Network.RAFT_PORT));
        fromFirst = new Socket(network.host(2).replace(".0.2", ".1.2"), Network.RAFT_PORT);
        atSecond = second.accept();
        fromFirst.setSoTimeout(SILENCE_MILLIS);
        atSecond.setSoTimeout(SILENCE_MILLIS);
    }

    @AfterEach
    void close() throws IOException {
        network.close();
        second.close();
        fromFirst.close();
        atSecond.close();
    }

    private static void send(Socket from, int octet) throws IOException {
        from.getOutputStream().write(octet);
    }

    private static void hears(Socket at, int octet) throws IOException {
        at.setSoTimeout(5_000);
        assertThat(at.getInputStream().read()).isEqualTo(octet);
        at.setSoTimeout(SILENCE_MILLIS);
    }

    private static void hearsNothing(Socket at) {
        assertThatThrownBy(() -> at.getInputStream().read()).isInstanceOf(SocketTimeoutException.class);
    }

    @Test
    void bytesPassBothWays() throws IOException {
        send(fromFirst, 1);
        hears(atSecond, 1);
        send(atSecond, 2);
        hears(fromFirst, 2);
    }

    @Test
    void aOneWayCutHoldsBytesOfOneDirectionUntilItHeals() throws IOException {
        network.cutOneWay(1, 2);
        send(fromFirst, 1);
        hearsNothing(atSecond);
        send(atSecond, 2);
        hears(fromFirst, 2);
        network.heal();
        hears(atSecond, 1);
    }

    @Test
    void aCutAlsoHoldsTheNewsThatTheOtherSideIsGone() throws IOException {
        network.cut(1, 2);
        fromFirst.close();
        hearsNothing(atSecond);
        network.heal();
        hears(atSecond, -1);
    }

    @Test
    void anIsolatedNodeIsCutFromAllOthers() throws IOException {
        network.isolate(2);
        send(fromFirst, 1);
        send(atSecond, 2);
        hearsNothing(atSecond);
        hearsNothing(fromFirst);
    }

    @Test
    void otherPairsAreNotTouched() throws IOException {
        network.cut(1, 3);
        network.cut(2, 3);
        send(fromFirst, 1);
        hears(atSecond, 1);
    }

    @Test
    void aSlowNodeAnswersLate() throws IOException {
        network.slow(2, 400_000_000L);
        send(fromFirst, 1);
        hearsNothing(atSecond);
        hears(atSecond, 1);
    }

    @Test
    void aResetLosesWhatWasUnderWay() throws IOException {
        network.cut(1, 2);
        send(fromFirst, 1);
        network.healWithResets();
        atSecond.setSoTimeout(5_000);
        assertThat(endsWithoutAByte()).isTrue();
    }

    private boolean endsWithoutAByte() {
        try {
            return atSecond.getInputStream().read() < 0;
        } catch (IOException e) {
            return true;
        }
    }

    @Test
    void aConnectionBegunDuringACutIsMadeWhenItHeals(@TempDir Path directory) throws IOException {
        network.cut(1, 2);
        try (Socket late = new Socket(network.host(2).replace(".0.2", ".1.2"), Network.RAFT_PORT)) {
            send(late, 7);
            second.setSoTimeout(SILENCE_MILLIS);
            assertThatThrownBy(second::accept).isInstanceOf(SocketTimeoutException.class);
            network.heal();
            second.setSoTimeout(5_000);
            try (Socket accepted = second.accept()) {
                hears(accepted, 7);
            }
        }
        Path hosts = network.writeHosts(1, directory.resolve("hosts"));
        assertThat(Files.readAllLines(hosts))
                .contains(network.host(1) + " n1", network.host(2).replace(".0.2", ".1.2") + " n2");
    }
}
