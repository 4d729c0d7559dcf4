package pond.server.backup;

import java.io.IOException;
import java.util.List;
import java.util.function.BiFunction;
import pond.server.db.Snapshot;
import pond.server.db.Tx;

/** Goes through the files of artifacts and bundles that the rows of a {@code pond.db} name, each once. */
final class Blobs {
    private static final BackupStore STORE = new BackupStore();

    private Blobs() {}

    /** What is done with each; the path is the same in a backup as in a state folder. */
    interface Use {
        void accept(String path, String sha256, long size) throws IOException;
    }

    static void forEach(Snapshot pond, Use use) throws IOException {
        forEach(pond, STORE::shown, one -> use.accept(artifact(one.sha256()), one.sha256(), one.size()));
        forEach(pond, STORE::uploaded, one -> use.accept(artifact(one.sha256()), one.sha256(), one.size()));
        forEach(pond, STORE::bundles, one -> use.accept("bundles/" + one.sha256(), one.sha256(), one.size()));
    }

    private static String artifact(String sha256) {
        return "artifacts/" + sha256.substring(0, 2) + "/" + sha256;
    }

    private interface UseOne {
        void accept(BackupStore.Named named) throws IOException;
    }

    private static void forEach(Snapshot pond, BiFunction<Tx, String, List<BackupStore.Named>> page, UseOne use)
            throws IOException {
        String last = "";
        List<BackupStore.Named> found;
        do {
            String after = last;
            found = pond.read(tx -> page.apply(tx, after));
            for (BackupStore.Named named : found) {
                use.accept(named);
                last = named.sha256();
            }
        } while (!found.isEmpty());
    }
}
