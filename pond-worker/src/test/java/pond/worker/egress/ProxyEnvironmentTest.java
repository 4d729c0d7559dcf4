package pond.worker.egress;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.StringReader;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.xml.sax.InputSource;

class ProxyEnvironmentTest {
    private static final ProxyEnvironment AT_3128 = ProxyEnvironment.at(3128);

    @Test
    void everyClientFindsTheProxyInItsOwnWay() {
        String java = "-Dhttp.proxyHost=127.0.0.1 -Dhttp.proxyPort=3128 -Dhttps.proxyHost=127.0.0.1"
                + " -Dhttps.proxyPort=3128 -Dhttp.nonProxyHosts=localhost|127.*|[::1]";
        assertThat(AT_3128.variables())
                .hasSize(12)
                .containsEntry("http_proxy", "http://127.0.0.1:3128")
                .containsEntry("HTTP_PROXY", "http://127.0.0.1:3128")
                .containsEntry("https_proxy", "http://127.0.0.1:3128")
                .containsEntry("HTTPS_PROXY", "http://127.0.0.1:3128")
                .containsEntry("all_proxy", "http://127.0.0.1:3128")
                .containsEntry("ALL_PROXY", "http://127.0.0.1:3128")
                .containsEntry("no_proxy", "localhost,127.0.0.1,::1")
                .containsEntry("NO_PROXY", "localhost,127.0.0.1,::1")
                .containsEntry("JAVA_TOOL_OPTIONS", java)
                .containsEntry("NODE_USE_ENV_PROXY", "1")
                .containsEntry("YARN_HTTP_PROXY", "http://127.0.0.1:3128")
                .containsEntry("YARN_HTTPS_PROXY", "http://127.0.0.1:3128");
    }

    @Test
    void mavensSettingsNameTheProxyForBothProtocols() throws Exception {
        assertThat(AT_3128.homeFiles()).containsOnlyKeys(".m2/settings.xml");
        var settings = DocumentBuilderFactory.newInstance()
                .newDocumentBuilder()
                .parse(new InputSource(new StringReader(AT_3128.homeFiles().getOrDefault(".m2/settings.xml", ""))));

        assertThat(settings.getDocumentElement().getNodeName()).isEqualTo("settings");
        for (int i = 0; i < 2; i++) {
            assertThat(settings.getElementsByTagName("protocol").item(i).getTextContent())
                    .isEqualTo(i == 0 ? "http" : "https");
            assertThat(settings.getElementsByTagName("host").item(i).getTextContent())
                    .isEqualTo("127.0.0.1");
            assertThat(settings.getElementsByTagName("port").item(i).getTextContent())
                    .isEqualTo("3128");
        }
    }
}
