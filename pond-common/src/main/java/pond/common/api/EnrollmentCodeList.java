package pond.common.api;

import java.util.List;

/** The answer of {@code GET /v1/admin/pool/enrollment-codes}, oldest first, those that no longer work included. */
public record EnrollmentCodeList(List<EnrollmentCodeView> codes) {
    public EnrollmentCodeList {
        codes = List.copyOf(codes);
    }
}
