package pond.server.telemetry;

import com.sun.management.OperatingSystemMXBean;
import com.sun.management.UnixOperatingSystemMXBean;
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryUsage;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToLongFunction;

/** The process: its memory, its collectors, its threads and files. The beans of the JVM are made with the first reading. */
public final class ProcessMeters {
    private static final double MILLIS = 1e3;
    private static final double NANOS = 1e9;

    private ProcessMeters() {}

    public static void register(Metrics metrics, String version) {
        metrics.gauges(
                "pond.build.info",
                "",
                "Always 1; its attributes say what runs.",
                () -> List.of(new Point.Value(List.of(version, Runtime.version().toString()), 1)),
                "version",
                "java");
        memory(metrics);
        metrics.totals(
                "jvm.gc.collections",
                "{collection}",
                "Garbage collections.",
                () -> collectors(GarbageCollectorMXBean::getCollectionCount, 1),
                "jvm.gc.name");
        metrics.totals(
                "jvm.gc.time",
                "s",
                "Time that they took.",
                () -> collectors(GarbageCollectorMXBean::getCollectionTime, MILLIS),
                "jvm.gc.name");
        metrics.gauge(
                "jvm.thread.count",
                "{thread}",
                "Threads.",
                () -> ManagementFactory.getThreadMXBean().getThreadCount());
        metrics.gauge(
                "process.uptime",
                "s",
                "Time since the process began.",
                () -> ManagementFactory.getRuntimeMXBean().getUptime() / MILLIS);
        metrics.totals("jvm.cpu.time", "s", "Processor time that the process has used.", () -> {
            long nanos = system(OperatingSystemMXBean.class, OperatingSystemMXBean::getProcessCpuTime);
            return List.of(new Point.Value(List.of(), nanos / NANOS));
        });
        metrics.gauge(
                "process.open_file_descriptor.count",
                "{file_descriptor}",
                "Files and connections that are open.",
                () -> system(UnixOperatingSystemMXBean.class, UnixOperatingSystemMXBean::getOpenFileDescriptorCount));
        metrics.gauge(
                "process.open_file_descriptor.limit",
                "{file_descriptor}",
                "How many may be.",
                () -> system(UnixOperatingSystemMXBean.class, UnixOperatingSystemMXBean::getMaxFileDescriptorCount));
    }

    private static void memory(Metrics metrics) {
        metrics.gauges("jvm.memory.used", "By", "Memory in use.", () -> areas(MemoryUsage::getUsed), "jvm.memory.type");
        metrics.gauges(
                "jvm.memory.committed",
                "By",
                "Memory that the JVM has taken.",
                () -> areas(MemoryUsage::getCommitted),
                "jvm.memory.type");
        metrics.gauges(
                "jvm.memory.limit",
                "By",
                "Memory that it may take; -1 without a limit.",
                () -> areas(MemoryUsage::getMax),
                "jvm.memory.type");
    }

    private static List<Point> areas(ToLongFunction<MemoryUsage> number) {
        var memory = ManagementFactory.getMemoryMXBean();
        return List.of(
                new Point.Value(List.of("heap"), number.applyAsLong(memory.getHeapMemoryUsage())),
                new Point.Value(List.of("non_heap"), number.applyAsLong(memory.getNonHeapMemoryUsage())));
    }

    private static List<Point> collectors(ToLongFunction<GarbageCollectorMXBean> number, double unit) {
        List<Point> points = new ArrayList<>();
        ManagementFactory.getGarbageCollectorMXBeans()
                .forEach(collector -> points.add(
                        new Point.Value(List.of(collector.getName()), number.applyAsLong(collector) / unit)));
        return points;
    }

    private static <T extends OperatingSystemMXBean> long system(Class<T> kind, ToLongFunction<T> number) {
        return number.applyAsLong(ManagementFactory.getPlatformMXBean(kind));
    }
}
