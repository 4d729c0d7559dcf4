package pond.server.artifacts;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.CharRange;
import net.jqwik.api.constraints.Chars;
import net.jqwik.api.constraints.LongRange;

class ByteRangeTest {
    @Example
    void theFormsOfASingleRange() {
        assertThat(ByteRange.parse("bytes=0-0", 10)).contains(new ByteRange(0, 1));
        assertThat(ByteRange.parse("bytes=2-5", 10)).contains(new ByteRange(2, 4));
        assertThat(ByteRange.parse("Bytes= 2-99 ", 10)).contains(new ByteRange(2, 8));
        assertThat(ByteRange.parse("bytes=3-", 10)).contains(new ByteRange(3, 7));
        assertThat(ByteRange.parse("bytes=-3", 10)).contains(new ByteRange(7, 3));
        assertThat(ByteRange.parse("bytes=-99", 10)).contains(new ByteRange(0, 10));
        assertThat(ByteRange.parse("bytes=1-99999999999999999999999999", 10)).contains(new ByteRange(1, 9));
    }

    @Example
    void nothingToSendIsUnsatisfiable() {
        for (String header : new String[] {"bytes=10-", "bytes=10-20", "bytes=-0", "bytes=99999999999999999999-"}) {
            assertThat(ByteRange.parse(header, 10)).get().returns(false, ByteRange::satisfiable);
        }
        assertThat(ByteRange.parse("bytes=0-", 0)).get().returns(false, ByteRange::satisfiable);
        assertThat(ByteRange.parse("bytes=-5", 0)).get().returns(false, ByteRange::satisfiable);
    }

    @Example
    void whatIsNotASingleRangeIsIgnored() {
        for (String header :
                new String[] {"", "bytes", "bytes=", "bytes=-", "bytes=5-2", "bytes=0-1,3-4", "lines=0-1"}) {
            assertThat(ByteRange.parse(header, 10)).isEmpty();
        }
    }

    @Property(tries = 2_000)
    void aRangeLiesInsideOfTheFile(
            @ForAll @CharRange(from = '0', to = '9') @Chars({'-', ',', ' ', 'x'}) String text,
            @ForAll @LongRange(min = 0, max = 200) long size) {
        Optional<ByteRange> range = ByteRange.parse("bytes=" + text, size);

        range.filter(ByteRange::satisfiable).ifPresent(found -> {
            assertThat(found.first()).isNotNegative();
            assertThat(found.last()).isLessThan(size);
        });
    }
}
