package io.distil.daemon.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.distil.base.Refused;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/// Settings: what is taken, and the sentence for what is not.
class ServerConfigTest {
    @TempDir private Path directory;

    private ServerConfig read(String yaml) throws IOException {
        Path file = directory.resolve("distil.yaml");
        Files.writeString(file, yaml);
        return ServerConfig.read(file);
    }

    @Test
    void aNodeIsOnItsOwnUnlessToldOtherwise() throws IOException {
        assertThat(read("")).isEqualTo(ServerConfig.defaults());
        assertThat(ServerConfig.defaults().isClustered()).isFalse();
    }

    @Test
    void aNodeOfAClusterIsReadAndOptionsGoBeforeTheFile() throws IOException {
        ServerConfig config =
                read(
                        "{node: n1, advertise: n1.local, raft: '0.0.0.0:7702', listen: '0.0.0.0:7700', join: ['n2:7700']}");
        assertThat(config.isClustered()).isTrue();
        assertThat(config.join()).containsExactly("n2:7700");
        ServerConfig changed = config.withOptions(null, null, null, "n7", null, null, List.of("n3:7700", "n4:7700"));
        assertThat(changed.node()).isEqualTo("n7");
        assertThat(changed.advertise()).isEqualTo("n1.local");
        assertThat(changed.join()).containsExactly("n3:7700", "n4:7700");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    raft: '127.0.0.1:7702'                                    | node is empty, wanted a name for this node
                    {node: N1, raft: '127.0.0.1:7702'}                        | node is 'N1', wanted 1 to 63 characters of a-z
                    {node: n1-, raft: '127.0.0.1:7702'}                       | with a letter or digit at both ends
                    {node: n1, raft: '127.0.0.1'}                             | raft is '127.0.0.1', wanted HOST:PORT
                    {node: n1, raft: '127.0.0.1:0'}                           | raft is 127.0.0.1:0, wanted a port of 1..65535
                    {node: n1, raft: '0.0.0.0:7702'}                          | raft is 0.0.0.0:7702, wanted an address that others can use, or advertise
                    {node: n1, raft: 'a:1', listen: '0.0.0.0:7700'}           | listen is 0.0.0.0:7700, wanted an address that others can use, or advertise
                    {node: n1, raft: 'a:1', advertise: 'a:1'}                 | advertise is 'a:1', wanted a host without a port
                    {node: n1, raft: 'a:1', join: [b]}                        | join is 'b', wanted HOST:PORT
                    join: ['b:1']                                             | join is set, wanted raft to be set as well
                    advertise: b                                              | advertise is set, wanted raft to be set as well
                    listen: '7700'                                            | listen is '7700', wanted HOST:PORT
                    http: 'a:70000'                                           | http is 'a:70000', wanted HOST:PORT
                    disk: tape                                                | disk is tape, wanted auto, io_uring or file-channel
                    cacheMiB: 0                                               | cacheMiB is 0, wanted 1..1048576
                    colour: red                                               | colour
                    """)
    void whatIsWrongIsRefusedByName(String yaml, String sentence) {
        assertThatThrownBy(() -> read(yaml))
                .isInstanceOf(Refused.class)
                .hasMessageContaining("distil.yaml: ")
                .hasMessageContaining(sentence);
    }
}
