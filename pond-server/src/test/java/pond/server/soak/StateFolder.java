package pond.server.soak;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.stream.Stream;

/** A look into the state folder of a running server, which changes nothing. */
final class StateFolder {
    private final Path folder;

    StateFolder(Path folder) {
        this.folder = folder;
    }

    /** Plain files below one of its folders, at any depth. */
    long files(String part) throws IOException {
        Path below = folder.resolve(part);
        if (!Files.exists(below)) {
            return 0;
        }
        try (Stream<Path> all = Files.walk(below)) {
            return all.filter(Files::isRegularFile).count();
        }
    }

    /** The size of one of its files; 0 when it is not there. */
    double mebibytes(String file) throws IOException {
        try {
            return Files.size(folder.resolve(file)) / (double) (1 << 20);
        } catch (NoSuchFileException e) {
            return 0;
        }
    }

    /** What a query of one number on {@code pond.db} answers. */
    long count(String query) throws SQLException {
        String url = "jdbc:sqlite:file:" + folder.resolve("pond.db") + "?mode=ro";
        try (Connection database = DriverManager.getConnection(url);
                Statement statement = database.createStatement();
                ResultSet answer = statement.executeQuery(query)) {
            return answer.getLong(1);
        }
    }
}
