package pond.server;

import java.time.InstantSource;
import javax.net.ssl.SSLSocketFactory;
import pond.server.db.Database;
import pond.server.runs.RunService;
import pond.server.sources.guard.HostResolver;
import pond.server.webhooks.Courier;
import pond.server.webhooks.WebhookService;
import pond.server.webhooks.WebhookSettings;

/** The parts of the webhooks room, wired to each other and to the runs. */
record Webhooks(WebhookService service, Courier courier) implements AutoCloseable {

    /** Listens to the ends of runs from now on, and sends what an earlier server has left. */
    static Webhooks start(Database database, RunService runs, WebhookSettings settings, InstantSource clock) {
        WebhookService service = new WebhookService(database, settings, clock);
        runs.onEnd(service);
        Courier courier = new Courier(
                database,
                runs,
                service,
                settings,
                new Courier.Network(HostResolver.system(), (SSLSocketFactory) SSLSocketFactory.getDefault()),
                clock);
        courier.start();
        return new Webhooks(service, courier);
    }

    @Override
    public void close() {
        courier.close();
    }
}
