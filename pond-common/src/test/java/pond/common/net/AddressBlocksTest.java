package pond.common.net;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.UnknownHostException;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import pond.common.net.AddressBlocks.Reach;

class AddressBlocksTest {
    private static Reach reachOf(String address) throws UnknownHostException {
        return AddressBlocks.reachOf(InetAddress.getByName(address));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"140.82.121.4", "9.255.255.255", "11.0.0.0", "172.32.0.0", "2606:50c0:8000::154", "2a00::1"})
    void theInternetIsPublic(String address) throws Exception {
        assertThat(reachOf(address)).isEqualTo(Reach.PUBLIC);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "10.0.0.1",
                "100.64.0.1",
                "127.0.0.1",
                "127.1.2.3",
                "172.16.0.0",
                "172.31.255.255",
                "192.0.2.1",
                "192.88.99.1",
                "192.168.1.1",
                "198.19.0.1",
                "198.51.100.1",
                "203.0.113.1",
                "::1",
                "::808:808",
                "::ffff:10.0.0.1",
                "64:ff9b::808:808",
                "64:ff9b:1::808:808",
                "100::1",
                "2001::1",
                "2001:db8::1",
                "2002:808:808::1",
                "2002:7f00:1::",
                "fc00::1",
                "fdff::1",
                "fec0::1"
            })
    void insideNetworksArePrivate(String address) throws Exception {
        assertThat(reachOf(address)).isEqualTo(Reach.PRIVATE);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "0.0.0.0",
                "100.100.100.200",
                "168.63.129.16",
                "169.254.0.1",
                "169.254.169.254",
                "192.0.0.192",
                "224.0.0.1",
                "240.0.0.1",
                "255.255.255.255",
                "::",
                "::169.254.169.254",
                "::ffff:169.254.169.254",
                "64:ff9b::a9fe:a9fe",
                "64:ff9b:1::a9fe:a9fe",
                "2002:a9fe:a9fe::1",
                "fd00:ec2::254",
                "fd20:ce::254",
                "fe80::1",
                "febf::1",
                "ff02::1"
            })
    void linkLocalAndMetadataAreForNobody(String address) throws Exception {
        assertThat(reachOf(address)).isEqualTo(Reach.NEVER);
    }
}
