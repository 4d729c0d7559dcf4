package pond.common.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.net.InetAddress;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AddressRangeTest {
    @ParameterizedTest
    @CsvSource({
        "10.0.0.0/8, 10.255.255.255, 11.0.0.0",
        "172.16.0.0/12, 172.31.0.1, 172.32.0.1",
        "127.0.0.1/32, 127.0.0.1, 127.0.0.2",
        "192.168.2.0/23, 192.168.3.9, 192.168.4.9",
        "0.0.0.0/0, 8.8.8.8, ::1",
        "fd00::/8, fdab::1, fc00::1",
        "::1/128, ::1, ::2",
        "::/0, 2606:50c0::1, 8.8.8.8"
    })
    void holdsWhatBeginsWithItsBits(String range, String inside, String outside) throws Exception {
        assertThat(AddressRange.parse(range).holds(InetAddress.getByName(inside)))
                .isTrue();
        assertThat(AddressRange.parse(range).holds(InetAddress.getByName(outside)))
                .isFalse();
        assertThat(AddressRange.parse(range)).hasToString(range);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "/",
                "/8",
                "10.0.0.0",
                "10.0.0.0/",
                "10.0.0.0/33",
                "10.0.0.0/-1",
                "10.0.0.0/08",
                "10.0.0.0/8/8",
                "10.0.0/8",
                "010.0.0.0/8",
                "0x0a.0.0.0/8",
                "host.test/8",
                "fd00::/129",
                "fd00:/8",
                "fe80::%lo/10",
                "10.0.0.0 /8"
            })
    void refusesWhatIsNotARange(String text) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> AddressRange.parse(text))
                .withMessageContaining("'" + text + "'");
    }

    @Test
    void refusesBitsBeyondThePrefix() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> AddressRange.parse("10.0.0.1/8"))
                .withMessageContaining("beyond its first 8");
    }
}
