package pond.server.limits;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import pond.common.net.AddressRange;

class ClientAddressesTest {
    private static final ClientAddresses BEHIND_PROXIES =
            new ClientAddresses(List.of(AddressRange.parse("10.0.0.0/8"), AddressRange.parse("fd00::/8")));

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                // Nobody but a proxy is believed.
                "192.0.2.1 | 198.51.100.1 | 192.0.2.1",
                "10.0.0.1 | '' | 10.0.0.1",
                "10.0.0.1 | 192.0.2.7 | 192.0.2.7",
                "fd00::1 | 192.0.2.7 | 192.0.2.7",
                // The last that is no proxy: what stands before it, that one could have written itself.
                "10.0.0.1 | 203.0.113.9, 192.0.2.7, 10.1.1.1 | 192.0.2.7",
                "10.0.0.1 | 10.2.2.2, 10.1.1.1 | 10.2.2.2",
                "10.0.0.1 | 192.0.2.7:51234 | 192.0.2.7",
                "10.0.0.1 | [2001:db8::5]:443 | 2001:db8:0:0::/64",
                // Not an address, and not looked up.
                "10.0.0.1 | evil.example.org | 10.0.0.1",
                "10.0.0.1 | 192.0.2.7, 300.1.1.1 | 10.0.0.1",
                "10.0.0.1 | 192.0.2.7, _hidden, 10.1.1.1 | 10.1.1.1",
                // One machine has all addresses of its network.
                "2001:db8:1:2:3:4:5:6 | '' | 2001:db8:1:2::/64",
                "2001:db8:1:2:ffff::1 | '' | 2001:db8:1:2::/64",
                "::ffff:192.0.2.1 | '' | 192.0.2.1",
            })
    void theCallerIsWhomTheNearestStrangerIs(String peer, String forwarded, String expected) {
        assertThat(BEHIND_PROXIES.of(peer, forwarded.isEmpty() ? List.of() : List.of(forwarded)))
                .isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource({"1", "50"})
    void headersThatRepeatAreReadAsOneAndNotWithoutEnd(int times) {
        List<String> hops = new ArrayList<>(List.of("192.0.2.7"));
        for (int i = 0; i < times; i++) {
            hops.add("10.9.9." + i);
        }

        assertThat(BEHIND_PROXIES.of("10.0.0.1", hops)).isEqualTo(times == 1 ? "192.0.2.7" : "10.9.9.30");
    }
}
