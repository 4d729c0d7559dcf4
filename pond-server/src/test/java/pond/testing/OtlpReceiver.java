package pond.testing;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.UnknownFieldSet;
import com.google.protobuf.UnknownFieldSet.Field;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;

/** A real collector on loopback: takes OTLP over HTTP and reads it by the numbers of its fields, as the protocol has them. */
public final class OtlpReceiver implements AutoCloseable {
    private final HttpServer server;
    public final List<Span> spans = new CopyOnWriteArrayList<>();
    public final List<Metric> metrics = new CopyOnWriteArrayList<>();

    /** A span; ids in hex, times in nanoseconds, attributes and those of its resource as text. */
    public record Span(
            String trace,
            String id,
            String parent,
            String name,
            long start,
            long end,
            Map<String, String> attributes,
            List<String> linkedTraces,
            long status,
            Map<String, String> resource) {}

    public record Metric(String name, String unit, Map<String, String> resource) {}

    public OtlpReceiver() {
        try {
            server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 50);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        server.createContext("/v1/traces", exchange -> {
            try (exchange) {
                traces(message(exchange.getRequestBody().readAllBytes()));
                exchange.sendResponseHeaders(200, -1);
            }
        });
        server.createContext("/v1/metrics", exchange -> {
            try (exchange) {
                metrics(message(exchange.getRequestBody().readAllBytes()));
                exchange.sendResponseHeaders(200, -1);
            }
        });
        server.start();
    }

    public String url() {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    @Override
    public void close() {
        server.stop(0);
    }

    private void traces(UnknownFieldSet request) {
        for (UnknownFieldSet ofResource : all(request, 1)) {
            Map<String, String> resource = attributes(all(ofResource, 1).get(0), 1);
            all(ofResource, 2).stream()
                    .flatMap(scope -> all(scope, 2).stream())
                    .forEach(span -> spans.add(new Span(
                            hex(span, 1),
                            hex(span, 2),
                            hex(span, 4),
                            text(span, 5),
                            span.getField(7).getFixed64List().get(0),
                            span.getField(8).getFixed64List().get(0),
                            attributes(span, 9),
                            all(span, 13).stream().map(link -> hex(link, 1)).toList(),
                            all(span, 15).stream()
                                    .mapToLong(status -> number(status, 3))
                                    .sum(),
                            resource)));
        }
    }

    private void metrics(UnknownFieldSet request) {
        for (UnknownFieldSet ofResource : all(request, 1)) {
            Map<String, String> resource = attributes(all(ofResource, 1).get(0), 1);
            all(ofResource, 2).stream()
                    .flatMap(scope -> all(scope, 2).stream())
                    .forEach(metric -> metrics.add(new Metric(text(metric, 1), text(metric, 3), resource)));
        }
    }

    private static Map<String, String> attributes(UnknownFieldSet of, int field) {
        Map<String, String> attributes = new HashMap<>();
        for (UnknownFieldSet pair : all(of, field)) {
            UnknownFieldSet value = all(pair, 2).get(0);
            attributes.put(text(pair, 1), value.hasField(1) ? text(value, 1) : Long.toString(number(value, 3)));
        }
        return attributes;
    }

    private static List<UnknownFieldSet> all(UnknownFieldSet of, int field) {
        return of.getField(field).getLengthDelimitedList().stream()
                .map(bytes -> message(bytes.toByteArray()))
                .toList();
    }

    private static UnknownFieldSet message(byte[] bytes) {
        try {
            return UnknownFieldSet.parseFrom(bytes);
        } catch (InvalidProtocolBufferException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String text(UnknownFieldSet of, int field) {
        return bytes(of, field).toStringUtf8();
    }

    private static String hex(UnknownFieldSet of, int field) {
        return HexFormat.of().formatHex(bytes(of, field).toByteArray());
    }

    private static ByteString bytes(UnknownFieldSet of, int field) {
        List<ByteString> all = of.getField(field).getLengthDelimitedList();
        return all.isEmpty() ? ByteString.EMPTY : all.get(0);
    }

    private static long number(UnknownFieldSet of, int field) {
        Field numbers = of.getField(field);
        return numbers.getVarintList().isEmpty() ? 0 : numbers.getVarintList().get(0);
    }
}
