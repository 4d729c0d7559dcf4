package pond.worker.egress;

import java.util.Map;
import java.util.TreeMap;

/**
 * What tells the programs of a stage where the proxy is. There is no one way that all of them know: curl and git read
 * only the lower-case name for http, others only the upper-case one, Java and Maven none of them.
 *
 * @param variables for the stage's environment
 * @param homeFiles texts of files, by their path below the stage's home
 */
public record ProxyEnvironment(Map<String, String> variables, Map<String, String> homeFiles) {
    public ProxyEnvironment {
        variables = Map.copyOf(variables);
        homeFiles = Map.copyOf(homeFiles);
    }

    /** For a proxy that listens at this port of 127.0.0.1. */
    public static ProxyEnvironment at(int port) {
        String url = "http://127.0.0.1:" + port;
        Map<String, String> variables = new TreeMap<>();
        for (String name : new String[] {"http_proxy", "https_proxy", "all_proxy"}) {
            variables.put(name, url);
            variables.put(name.toUpperCase(java.util.Locale.ROOT), url);
        }
        // Not the private ranges: a try to reach one shall meet the proxy's clear words, not a dead network.
        variables.put("no_proxy", "localhost,127.0.0.1,::1");
        variables.put("NO_PROXY", "localhost,127.0.0.1,::1");
        variables.put("JAVA_TOOL_OPTIONS", javaOptions(port));
        // Node reads the variables above only when asked to, and only since version 22.21.
        variables.put("NODE_USE_ENV_PROXY", "1");
        // Yarn since version 2 has names of its own.
        variables.put("YARN_HTTP_PROXY", url);
        variables.put("YARN_HTTPS_PROXY", url);
        return new ProxyEnvironment(variables, Map.of(".m2/settings.xml", mavenSettings(port)));
    }

    private static String javaOptions(int port) {
        return "-Dhttp.proxyHost=127.0.0.1 -Dhttp.proxyPort=" + port + " -Dhttps.proxyHost=127.0.0.1 -Dhttps.proxyPort="
                + port + " -Dhttp.nonProxyHosts=localhost|127.*|[::1]";
    }

    /** For Maven's own transports, of which not all look at Java's options. */
    private static String mavenSettings(int port) {
        StringBuilder proxies = new StringBuilder();
        for (String protocol : new String[] {"http", "https"}) {
            proxies.append("""
                        <proxy>
                          <id>pond-%s</id>
                          <active>true</active>
                          <protocol>%s</protocol>
                          <host>127.0.0.1</host>
                          <port>%d</port>
                          <nonProxyHosts>localhost|127.*</nonProxyHosts>
                        </proxy>
                    """.formatted(protocol, protocol, port));
        }
        return """
                <settings xmlns="http://maven.apache.org/SETTINGS/1.0.0">
                  <proxies>
                """ + proxies + """
                  </proxies>
                </settings>
                """;
    }
}
