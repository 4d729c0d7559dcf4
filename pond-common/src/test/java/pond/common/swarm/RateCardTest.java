package pond.common.swarm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigDecimal;
import java.math.RoundingMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;

class RateCardTest {
    private static final long DOLLAR = 1_000_000;

    @Test
    void addsUpTheFourParts() {
        RateCard card = new RateCard(3 * DOLLAR, 15 * DOLLAR, 300_000L, 3_750_000L);

        assertThat(card.costMicros(1_000_000, 0, 0, 0)).isEqualTo(3 * DOLLAR);
        assertThat(card.costMicros(1_000, 20_000, 400, 50)).isEqualTo(3_000 + 6_000 + 1_500 + 750);
    }

    @Test
    void withoutAPriceOfItsOwnACacheCostsWhatInputCosts() {
        RateCard card = new RateCard(DOLLAR, 0, null, null);

        assertThat(card.costMicros(1, 2, 4, 8)).isEqualTo(7);
    }

    @Test
    void roundsTheSumOnceHalfUp() {
        RateCard card = new RateCard(500_000, 250_000, null, null);

        assertThat(card.costMicros(1, 0, 0, 0)).isEqualTo(1);
        assertThat(card.costMicros(0, 0, 0, 1)).isZero();
        assertThat(card.costMicros(0, 0, 0, 2)).isEqualTo(1);
        assertThat(card.costMicros(1, 0, 0, 1)).as("0.75, not 1 + 0").isEqualTo(1);
        assertThat(new RateCard(499_999, 0, null, null).costMicros(1, 0, 0, 0)).isZero();
    }

    @Test
    void whatNoNumberHoldsIsTheLargestOne() {
        RateCard card = new RateCard(Long.MAX_VALUE, Long.MAX_VALUE, null, null);

        assertThat(card.costMicros(Long.MAX_VALUE, Long.MAX_VALUE, Long.MAX_VALUE, Long.MAX_VALUE))
                .isEqualTo(Long.MAX_VALUE);
    }

    @Test
    void nothingIsNegative() {
        assertThatThrownBy(() -> new RateCard(-1, 0, null, null)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new RateCard(0, 0, null, -1L)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new RateCard(0, 0, null, null).costMicros(0, -1, 0, 0))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Property
    void isTheExactSumRounded(
            @ForAll @LongRange(max = 1_000_000_000_000L) long input,
            @ForAll @LongRange(max = 1_000_000_000_000L) long read,
            @ForAll @LongRange(max = 1_000_000_000_000L) long write,
            @ForAll @LongRange(max = 1_000_000_000_000L) long output,
            @ForAll @LongRange(max = 1_000_000_000L) long price,
            @ForAll @LongRange(max = 1_000_000_000L) long otherPrice) {
        RateCard card = new RateCard(price, otherPrice, otherPrice, null);

        BigDecimal exact = BigDecimal.valueOf(input)
                .add(BigDecimal.valueOf(write))
                .multiply(BigDecimal.valueOf(price))
                .add(BigDecimal.valueOf(read).add(BigDecimal.valueOf(output)).multiply(BigDecimal.valueOf(otherPrice)))
                .movePointLeft(6)
                .setScale(0, RoundingMode.HALF_UP);
        assertThat(card.costMicros(input, read, write, output)).isEqualTo(exact.longValueExact());
    }

    @Property
    void moreTokensNeverCostLess(
            @ForAll @LongRange(min = 0) long tokens,
            @ForAll @LongRange(max = 1_000_000) long more,
            @ForAll @LongRange(min = 0) long price) {
        RateCard card = new RateCard(price, price, null, null);
        long sum = tokens > Long.MAX_VALUE - more ? Long.MAX_VALUE : tokens + more;

        assertThat(card.costMicros(sum, 0, 0, tokens)).isGreaterThanOrEqualTo(card.costMicros(tokens, 0, 0, tokens));
    }
}
