package pond.worker.egress;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Ways to talk the proxy into a connection that nobody allowed; each is refused, said to the client, and logged. */
@Timeout(60)
class EgressAttemptsTest {
    private Net net;
    private Upstream canary;

    @BeforeEach
    void start(@TempDir Path temp) throws IOException {
        net = new Net(temp);
        canary = Upstream.echoingHeads();
    }

    @AfterEach
    void stop() throws IOException {
        net.close();
        canary.close();
    }

    private void assertDenied(Door door, String answer, int status, String subject, String reason) {
        assertThat(answer).startsWith("HTTP/1.1 " + status + " ");
        assertThat(answer).contains("pond-egress: " + subject + " denied (" + reason + ")");
        assertThat(net.log()).containsExactly("egress: " + subject + " (" + reason + ")");
        assertThat(door.refused()).containsExactly("egress: " + subject + " (" + reason + ")");
        assertThat(door.bytes()).isZero();
        assertThat(canary.accepted()).isZero();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "93.184.216.34", "127.0.0.1", "127.1", "10.0.0.1", "192.168.0.1", "169.254.169.254", "2130706433",
                "0x7f000001", "0x7f.0.0.1", "0177.0.0.1", "127.0.0.0x1", "127.0.0.1.", "[::1]", "[::ffff:127.0.0.1]",
                "[fd00:ec2::254]", "good.0x"
            })
    void a50To56AnAddressInAnySpellingIsNoHost(String host) throws Exception {
        Door door = net.open("good.test:" + canary.port());
        String authority = host + ":" + canary.port();

        String answer = Client.connect(door.socket(), authority);

        assertDenied(door, answer, 400, authority, "hosts are named, never given as an address");
        assertThat(Client.ask(door.socket(), "GET http://" + authority + "/ HTTP/1.1\r\n\r\n"))
                .startsWith("HTTP/1.1 400 ");
        assertThat(net.lookups()).isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {"127.0.0.1", "::1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "100.64.0.1", "fd00::1"})
    void a52And56AnAllowedNameWithAPrivateAddressStaysShut(String address) throws Exception {
        net.name("localhost", address);
        Door door = net.open(Net.QUICK, "", "localhost:" + canary.port());

        String answer = Client.connect(door.socket(), "localhost:" + canary.port());

        assertDenied(door, answer, 403, "localhost:" + canary.port(), "it has a private address");
        assertThat(answer).contains("--egress-allow-cidr").doesNotContain("add it to allow_hosts");
    }

    @Test
    void anAddressOfThisMachineIsPrivateWhateverItIs() throws Exception {
        var own = java.util.Collections.list(java.net.NetworkInterface.getNetworkInterfaces()).stream()
                .flatMap(java.net.NetworkInterface::inetAddresses)
                .toList();
        assertThat(own).isNotEmpty();
        for (InetAddress address : own) {
            Door door = net.open(Net.QUICK, "", name -> List.of(address), "me.test:" + canary.port());
            assertThat(Client.connect(door.socket(), "me.test:" + canary.port()))
                    .startsWith("HTTP/1.1 403 ");
        }
        assertThat(canary.accepted()).isZero();
    }

    @Test
    void a57AHostThatIsNotListedIsNotEvenLookedUp() throws Exception {
        Door door = net.open("good.test:" + canary.port());

        String answer = Client.connect(door.socket(), "other.test:443");

        assertDenied(door, answer, 403, "other.test:443", "the host is not allowed");
        assertThat(answer).endsWith("; add it to allow_hosts\n");
        assertThat(net.lookups()).isZero();
    }

    @Test
    void anEmptyListAllowsNothing() throws Exception {
        net.name("good.test", "127.0.0.1");
        Door door = net.open();

        assertDenied(
                door, Client.connect(door.socket(), "good.test:443"), 403, "good.test:443", "the host is not allowed");
    }

    @Test
    void a58TheTargetDecidesNotTheHostHeader() throws Exception {
        net.name("good.test", "127.0.0.1");
        Door door = net.open("good.test:" + canary.port());

        String refused = Client.ask(door.socket(), "GET http://evil.test/ HTTP/1.1\r\nHost: good.test\r\n\r\n");
        String passed = Client.ask(
                door.socket(), "GET http://good.test:" + canary.port() + "/x HTTP/1.1\r\nHost: evil.test\r\n\r\n");

        assertThat(refused).startsWith("HTTP/1.1 403 ").contains("evil.test:80 denied");
        assertThat(passed).contains("Host: good.test:" + canary.port()).doesNotContain("evil.test");
    }

    @Test
    void a59AUserNameBeforeTheHostIsRefusedAndNotRepeated() throws Exception {
        Door door = net.open("good.test:80");

        String answer =
                Client.ask(door.socket(), "GET http://good.test:secret@evil.test:80/ HTTP/1.1\r\nHost: x\r\n\r\n");

        assertDenied(door, answer, 400, "evil.test:80", "a host has no user name");
        assertThat(answer).doesNotContain("secret");
    }

    @ParameterizedTest
    @ValueSource(strings = {"evilcdn.test", "cdn.test", "cdn.test.evil.test", "a.cdn.test.", "xcdn.test"})
    void a60AWildcardCoversNothingButNamesBelowIt(String host) throws Exception {
        net.name("a.cdn.test", "127.0.0.1");
        Door door = net.open("*.cdn.test:" + canary.port());

        String answer = Client.connect(door.socket(), host + ":" + (host.endsWith(".") ? 443 : canary.port()));

        assertThat(answer).startsWith("HTTP/1.1 403 ");
        assertThat(canary.accepted()).isZero();
        try (Client client = Client.tunnel(door.socket(), "A.cdn.TEST.:" + canary.port())) {
            client.send("GET / HTTP/1.1\r\n\r\n");
            assertThat(client.readToEnd()).startsWith("HTTP/1.1 200 OK");
        }
    }

    @ParameterizedTest
    @CsvSource({"good.test, 22", "good.test, 80", "good.test, 8443", "good.test:8443, 443", "*.test, 22"})
    void a61APortThatWasNotGivenIsRefused(String entry, int port) throws Exception {
        net.name("good.test", "127.0.0.1");
        Door door = net.open(entry);

        String answer = Client.connect(door.socket(), "good.test:" + port);

        assertDenied(door, answer, 403, "good.test:" + port, "the host is allowed, but not this port");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "evil.test%00.good.test",
                "good.test%2eevil.test",
                "good..test",
                ".good.test",
                "good.test..",
                "good/test",
                "good\\test",
                "*.good.test",
                "g\u00f6od.test",
                "",
                "."
            })
    void a62ANameWithAnythingElseInItIsRefused(String host) throws Exception {
        Door door = net.open("good.test", "*.good.test");

        assertThat(Client.connect(door.socket(), host + ":443")).startsWith("HTTP/1.1 400 ");
        assertThat(net.lookups()).isZero();
        assertThat(door.refused()).hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "CONNECT good.test\0.evil.test:443 HTTP/1.1", "CONNECT good.test :443 HTTP/1.1",
                        "CONNECT good.test:443",
                "CONNECT  good.test:443 HTTP/1.1", "CONNECT good.test:443 HTTP/2.0", "CONNECT good.test HTTP/1.1",
                "CONNECT good.test:0 HTTP/1.1", "CONNECT good.test:65536 HTTP/1.1", "CONNECT good.test:0443 HTTP/1.1",
                "CONNECT good.test: HTTP/1.1", "CONNECT [good.test]:443 HTTP/1.1", "CONNECT good.test:443/ HTTP/1.1",
                "CONNECT http://good.test:443/ HTTP/1.1", "PRI * HTTP/2.0", "\u0016\u0003\u0001"
            })
    void aRequestLineThatIsNotExactlyOneIsRefused(String line) throws Exception {
        Door door = net.open("good.test");

        assertThat(Client.ask(door.socket(), line + "\r\n\r\n")).startsWith("HTTP/1.1 400 ");
        assertThat(net.lookups()).isZero();
        assertThat(net.log()).hasSize(1).allMatch(text -> text.matches("[\\x20-\\x7e]+"));
    }

    @Test
    void a63ANameThatChangesItsMindIsAskedOnce() throws Exception {
        AtomicInteger asked = new AtomicInteger();
        HostResolver flipping =
                name -> Net.addresses(asked.getAndIncrement() % 2 == 0 ? "127.0.0.1" : "169.254.169.254");
        Door door = net.open(Net.QUICK, "127.0.0.0/8", flipping, "flip.test:" + canary.port());

        try (Client client = Client.tunnel(door.socket(), "flip.test:" + canary.port())) {
            client.send("GET / HTTP/1.1\r\n\r\n");
            assertThat(client.readToEnd()).startsWith("HTTP/1.1 200 OK");
        }

        assertThat(asked).hasValue(1);
        assertThat(Client.connect(door.socket(), "flip.test:" + canary.port())).startsWith("HTTP/1.1 403 ");
        assertThat(asked).hasValue(2);
    }

    @Test
    void a63OneBadAddressAmongGoodOnesIsEnough() throws Exception {
        net.name("mixed.test", "127.0.0.1", "10.0.0.1");
        Door door = net.open("mixed.test:" + canary.port());

        String answer = Client.connect(door.socket(), "mixed.test:" + canary.port());

        assertDenied(door, answer, 403, "mixed.test:" + canary.port(), "it has a private address");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "169.254.169.254",
                "169.254.1.1",
                "fd00:ec2::254",
                "fe80::1",
                "100.100.100.200",
                "0.0.0.0",
                "::ffff:169.254.169.254",
                "64:ff9b::a9fe:a9fe"
            })
    void a64AMetadataAddressStaysShutEvenToTheOperator(String address) throws Exception {
        net.name("metadata.test", address);
        Door door = net.open(Net.QUICK, "0.0.0.0/0,::/0", "metadata.test");

        String answer = Client.connect(door.socket(), "metadata.test:443");

        assertDenied(
                door,
                answer,
                403,
                "metadata.test:443",
                "it has a link-local or metadata address, which nobody may reach");
        assertThat(answer).doesNotContain(";");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "GET / HTTP/1.1", "GET /http://good.test/ HTTP/1.1", "GET ftp://good.test/ HTTP/1.1",
                "GET https://good.test/ HTTP/1.1", "OPTIONS * HTTP/1.1", "GET http:///x HTTP/1.1",
                "GET http://good.test/#x HTTP/1.1"
            })
    void a65OnlyProxyFormsAreRequests(String line) throws Exception {
        Door door = net.open("good.test", "good.test:80");

        assertThat(Client.ask(door.socket(), line + "\r\nHost: good.test\r\n\r\n"))
                .startsWith("HTTP/1.1 400 ");
        assertThat(net.lookups()).isZero();
        assertThat(door.refused()).hasSize(1);
    }

    @Test
    void a66AnAllowedHostIsReachedBothWays() throws Exception {
        net.name("good.test", "127.0.0.1");
        Door door = net.open("good.test:" + canary.port());

        String plain = Client.ask(door.socket(), "GET http://good.test:" + canary.port() + "/x HTTP/1.1\r\n\r\n");
        String tunnelled;
        try (Client client = Client.tunnel(door.socket(), "good.test:" + canary.port())) {
            client.send("GET /y HTTP/1.1\r\n\r\n");
            tunnelled = client.readToEnd();
        }

        assertThat(plain).startsWith("HTTP/1.1 200 OK").contains("GET /x HTTP/1.1");
        assertThat(tunnelled).startsWith("HTTP/1.1 200 OK").contains("GET /y HTTP/1.1");
        assertThat(door.refused()).isEmpty();
        door.close();
        assertThat(net.log())
                .singleElement()
                .asString()
                .startsWith("egress: 2 connections, ")
                .endsWith(" 0 refused");
    }
}
