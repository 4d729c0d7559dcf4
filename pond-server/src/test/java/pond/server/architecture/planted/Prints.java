package pond.server.architecture.planted;

/** Breaks a rule on purpose. */
public final class Prints {
    void out() {
        System.out.println("x");
    }

    void err() {
        System.err.println("x");
    }

    void trace(Exception e) {
        e.printStackTrace();
    }
}
