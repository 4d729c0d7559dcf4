package pond.server.sources.guard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static pond.server.sources.guard.Guards.assertRefused;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import pond.server.sources.guard.SourceException.Code;

class AddressRulesTest {

    private static AddressRules rules(String allowed, String... addresses) {
        return new AddressRules(AllowedHost.parseList(allowed), name -> {
            if (addresses.length == 0) {
                throw new UnknownHostException(name);
            }
            var found = new ArrayList<InetAddress>();
            for (String address : addresses) {
                found.add(InetAddress.getByName(address));
            }
            return found;
        });
    }

    private static List<InetAddress> vet(AddressRules rules, String url) throws SourceException {
        return rules.vet(SourceUrl.parse(url));
    }

    @Test
    void aPublicNameOverHttpsIsVetted() throws Exception {
        assertThat(vet(rules("", "140.82.121.4", "2606:50c0:8000::154"), "https://host.test/x"))
                .hasSize(2);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "127.0.0.1", "127.1.2.3", "10.0.0.1", "172.31.255.255", "192.168.1.1", "100.64.0.1", "198.19.0.1",
                        "192.0.2.1",
                "::1", "fc00::1", "fdff::1", "fec0::1", "2002:808:808::1", "64:ff9b::808:808", "64:ff9b:1::808:808",
                        "2001::1",
                "2001:db8::1", "100::1", "::808:808"
            })
    void aPrivateAddressNeedsAListedHost(String address) throws Exception {
        assertRefused(Code.SOURCE_REFUSED, () -> vet(rules("", address), "https://host.test/"));
        assertRefused(Code.SOURCE_REFUSED, () -> vet(rules("other.test", address), "https://host.test/"));
        assertRefused(Code.SOURCE_REFUSED, () -> vet(rules("host.test:444", address), "https://host.test/"));
        assertThat(vet(rules("host.test", address), "https://host.test/")).hasSize(1);
        assertThat(vet(rules("HOST.test.:443", address), "https://host.test/")).hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "0.0.0.0",
                "169.254.169.254",
                "169.254.0.1",
                "100.100.100.200",
                "168.63.129.16",
                "192.0.0.192",
                "224.0.0.1",
                "255.255.255.255",
                "240.0.0.1",
                "::",
                "fe80::1",
                "febf::1",
                "fd00:ec2::254",
                "fd20:ce::254",
                "ff02::1",
                "::ffff:169.254.169.254",
                "::169.254.169.254",
                "64:ff9b::a9fe:a9fe",
                "64:ff9b:1::a9fe:a9fe",
                "2002:a9fe:a9fe::1"
            })
    void aMetadataOrLinkLocalAddressIsNeverFetched(String address) {
        assertRefused(Code.SOURCE_REFUSED, () -> vet(rules("host.test", address), "https://host.test/"));
        assertRefused(Code.SOURCE_REFUSED, () -> vet(rules("", address), "https://host.test/"));
    }

    @Test
    void oneBadAddressAmongGoodOnesIsEnough() {
        assertRefused(Code.SOURCE_REFUSED, () -> vet(rules("", "140.82.121.4", "10.0.0.1"), "https://host.test/"));
        assertRefused(
                Code.SOURCE_REFUSED, () -> vet(rules("host.test", "10.0.0.1", "169.254.1.1"), "https://host.test/"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "https://93.184.216.34/",
                "https://2130706433/",
                "https://0x7f000001/",
                "https://0177.0.0.1/",
                "https://127.1/",
                "https://[::1]/",
                "https://[::ffff:1.2.3.4]/",
                "https://1.2.3.4./",
                "https://host.0x1/"
            })
    void aHostWrittenAsANumberIsRefused(String url) {
        // A name check alone would ask the resolver; none of these may get that far.
        var asked = new AddressRules(List.of(), name -> {
            throw new AssertionError("asked for " + name);
        });
        var thrown = org.assertj.core.api.Assertions.catchThrowableOfType(SourceException.class, () -> vet(asked, url));
        assertThat(thrown.code()).isIn(Code.SOURCE_REFUSED, Code.SOURCE_INVALID);
    }

    @ParameterizedTest
    @CsvSource({
        "127.0.0.1, https://127.0.0.1/",
        "127.0.0.1:8080, http://127.0.0.1:8080/",
        "[::1], https://[::1]/",
        "[::1]:8080, https://[0:0::1]:8080/"
    })
    void aListedAddressMayBeUsedInItsPlainForm(String allowed, String url) throws Exception {
        assertThat(vet(rules(allowed), url)).singleElement().matches(InetAddress::isLoopbackAddress);
    }

    @Test
    void aListedAddressInAnotherFormIsAnotherHost() {
        assertRefused(Code.SOURCE_REFUSED, () -> vet(rules("127.0.0.1"), "https://127.0.0.2/"));
        assertRefused(Code.SOURCE_REFUSED, () -> vet(rules("127.0.0.1"), "https://[::1]/"));
        assertRefused(Code.SOURCE_REFUSED, () -> vet(rules("169.254.169.254"), "http://169.254.169.254/"));
    }

    /** Some libraries read it as 127.0.0.1, others as 177.0.0.1. */
    @Test
    void aListedAddressInOctalIsRefusedAllTheSame() {
        assertRefused(Code.SOURCE_REFUSED, () -> vet(rules("0177.0.0.1"), "https://0177.0.0.1/"))
                .hasMessageContaining("four decimal numbers");
    }

    @Test
    void plainHttpIsForListedHosts() throws Exception {
        assertRefused(Code.SOURCE_REFUSED, () -> vet(rules("", "140.82.121.4"), "http://host.test/"));
        assertThat(vet(rules("host.test", "140.82.121.4"), "http://host.test/")).hasSize(1);
    }

    @Test
    void anAddressOfThisMachineCountsAsPrivate() throws Exception {
        for (var network : java.util.Collections.list(java.net.NetworkInterface.getNetworkInterfaces())) {
            for (var own : java.util.Collections.list(network.getInetAddresses())) {
                var rules = new AddressRules(List.of(), name -> List.of(own));
                assertRefused(Code.SOURCE_REFUSED, () -> vet(rules, "https://host.test/"));
            }
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "ftp://host.test/", "file:///etc/passwd", "host.test/x", "https://", "https://user:secret@host.test/",
                "https://host.test/#x", "https://host.test:0/", "https://host.test:70000/", "https://ho st/",
                        "https://[fe80::1%25lo]/",
                "https://höst.test/", "git@host.test:x/y"
            })
    void anAddressThatIsNotPlainHttpsIsInvalid(String url) {
        assertRefused(Code.SOURCE_INVALID, () -> SourceUrl.parse(url)).hasMessageNotContaining("secret");
    }

    @Test
    void aListThatCannotBeReadIsRefused() {
        assertThatIllegalArgumentException().isThrownBy(() -> AllowedHost.parseList("good.test, b@d"));
        assertThat(AllowedHost.parseList(" a.test,b.test:8080 [::1]:9 "))
                .extracting(AllowedHost::port)
                .containsExactly(0, 8080, 9);
        assertThat(AllowedHost.parseList("")).isEmpty();
    }
}
