package pond.worker.sandbox.bubblewrap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigDecimal;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import pond.common.definition.SandboxProfile;
import pond.common.definition.SandboxSpec;
import pond.common.definition.SandboxSpec.Overrides;
import pond.worker.sandbox.bubblewrap.SandboxPolicy.Enforcement;

class SandboxPolicyTest {
    private static final Enforcement SOFT = new Enforcement(false, false);
    private static final Enforcement HARD = new Enforcement(true, false);

    @Test
    void trustedCodeHasTheHostsNetworkAndItsOwnCheckout() throws Exception {
        SandboxPolicy policy = SandboxPolicy.of(block(SandboxProfile.TRUSTED_CODE), SOFT);

        assertThat(policy.network()).isEqualTo(new Network.Host());
        assertThat(policy.checkout()).isEqualTo(CheckoutMount.WRITABLE);
        assertThat(policy.onDisk()).isTrue();
        assertThat(policy).isEqualTo(SandboxPolicy.trusted(SOFT));
    }

    @Test
    void untrustedCodeReadHasNoNetworkAndWritesNothingOnTheDisk() throws Exception {
        SandboxPolicy policy = SandboxPolicy.of(block(SandboxProfile.UNTRUSTED_CODE_READ), SOFT);

        assertThat(policy.network()).isEqualTo(new Network.None());
        assertThat(policy.checkout()).isEqualTo(CheckoutMount.READ_ONLY);
        assertThat(policy.onDisk()).isFalse();
        assertThat(policy.limits()).isEqualTo(Limits.IN_MEMORY);
    }

    @Test
    void untrustedCodeWriteHasAnAllowListAndACopyToThrowAway() throws Exception {
        SandboxSpec block = new SandboxSpec(
                SandboxProfile.UNTRUSTED_CODE_WRITE, null, "bubblewrap", List.of("git.example.com"), null);

        SandboxPolicy policy = SandboxPolicy.of(block, SOFT);

        assertThat(policy.network()).isEqualTo(new Network.Egress(List.of("git.example.com")));
        assertThat(policy.checkout()).isEqualTo(CheckoutMount.WRITABLE);
        assertThat(policy.onDisk()).isTrue();
    }

    @Test
    void overridesReplaceTheUsualLimitsAndNothingElse() throws Exception {
        Limits limits = SandboxPolicy.of(
                        block(SandboxProfile.UNTRUSTED_CODE_READ, new Overrides("512m", "1.5", 50, "1k", null)), HARD)
                .limits();

        assertThat(limits.memory()).hasValue(512L << 20);
        assertThat(limits.cpus()).contains(new BigDecimal("1.5"));
        assertThat(limits.pids()).isEqualTo(50);
        assertThat(limits.temporary()).isEqualTo(1024);
        assertThat(limits.fileSize()).isEqualTo(Limits.IN_MEMORY.fileSize());
    }

    @Test
    void aBoundOnCoresIsRefusedWhereNobodyKeepsIt() throws Exception {
        SandboxSpec block = block(SandboxProfile.TRUSTED_CODE, new Overrides(null, "2", null, null, null));

        assertRefused(block, "sandbox_unavailable", "cgroup");
        assertThat(SandboxPolicy.of(block, new Enforcement(false, true))
                        .limits()
                        .cpus())
                .contains(new BigDecimal(2));
    }

    @Test
    void anImageIsNeverIgnored() {
        assertRefused(
                block(SandboxProfile.TRUSTED_CODE, new Overrides(null, null, null, null, "debian:12")),
                "sandbox_invalid",
                "no images");
    }

    @Test
    void anotherBackendIsNotThisOne() {
        SandboxSpec block = new SandboxSpec(SandboxProfile.TRUSTED_CODE, null, "gvisor", List.of(), null);

        assertRefused(block, "sandbox_unavailable", "'gvisor'");
    }

    @Test
    void theProfileNoneIsNoSandbox() {
        assertRefused(block(SandboxProfile.NONE), "sandbox_invalid", "none");
    }

    @ParameterizedTest
    @ValueSource(strings = {"TRUSTED_CODE", "UNTRUSTED_CODE_READ"})
    void hostsGoWithTheWriteProfileOnly(String profile) {
        SandboxSpec block =
                new SandboxSpec(SandboxProfile.valueOf(profile), null, null, List.of("git.example.com"), null);

        assertRefused(block, "sandbox_invalid", "allow_hosts");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "0", "-1", "1.5g", "1t", "g", "99999999999999g", "1 g", "999999999999999"})
    void aSizeThatIsNoneIsRefused(String size) {
        assertRefused(
                block(SandboxProfile.TRUSTED_CODE, new Overrides(size, null, null, null, null)),
                "sandbox_invalid",
                "memory");
        assertRefused(
                block(SandboxProfile.TRUSTED_CODE, new Overrides(null, null, null, size, null)),
                "sandbox_invalid",
                "tmpfs_size");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "0", "-1", "many", "10000"})
    void aNumberOfCoresThatIsNoneIsRefused(String cpus) {
        SandboxSpec block = block(SandboxProfile.TRUSTED_CODE, new Overrides(null, cpus, null, null, null));

        assertThatThrownBy(() -> SandboxPolicy.of(block, HARD))
                .isInstanceOf(SandboxRefusedException.class)
                .hasMessageContaining("cpus");
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 1000, 1024, 1536, 1L << 20, 3L << 30})
    void aSizeIsWrittenAsItIsRead(long bytes) throws Exception {
        assertThat(ByteSize.parse("size", ByteSize.format(bytes))).isEqualTo(bytes);
    }

    private static void assertRefused(SandboxSpec block, String code, String word) {
        assertThatThrownBy(() -> SandboxPolicy.of(block, SOFT))
                .isInstanceOfSatisfying(
                        SandboxRefusedException.class,
                        refused -> assertThat(refused.code()).isEqualTo(code))
                .hasMessageContaining(word);
    }

    private static SandboxSpec block(SandboxProfile profile) {
        return block(profile, null);
    }

    private static SandboxSpec block(SandboxProfile profile, @Nullable Overrides overrides) {
        return new SandboxSpec(profile, null, null, List.of(), overrides);
    }
}
