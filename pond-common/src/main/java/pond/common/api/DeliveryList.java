package pond.common.api;

import java.util.List;

/** The answer of {@code GET /v1/runs/{id}/deliveries}. */
public record DeliveryList(List<DeliveryView> deliveries) {
    public DeliveryList {
        deliveries = List.copyOf(deliveries);
    }
}
