package pond.worker.executors.builtin;

import java.io.IOException;
import java.io.StringReader;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLStreamConstants;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamReader;

/**
 * Maven's {@code pom.xml}: dependencies (scope as written, "compile" where none is), managed ones ("managed"), the parent
 * ("parent"), build plugins ("plugin") and extensions ("extension"); those of profiles as well. Properties of the same
 * file are filled in; what a parent defines is not known here. Document types are refused, so there are no entities.
 */
final class PomParser implements ManifestParser {
    private static final Pattern PROPERTY = Pattern.compile("\\$\\{([^}]{1,200}+)}");
    /** The group of a plugin that names none. */
    private static final String MAVEN_PLUGINS = "org.apache.maven.plugins";

    private static final int MAX_DEPTH = 100;

    @Override
    public List<Dependency> parse(String text) throws IOException {
        XMLInputFactory factory = XMLInputFactory.newDefaultFactory();
        factory.setProperty(XMLInputFactory.SUPPORT_DTD, false);
        factory.setProperty(XMLInputFactory.IS_SUPPORTING_EXTERNAL_ENTITIES, false);
        factory.setProperty(XMLInputFactory.IS_COALESCING, true);
        try {
            XMLStreamReader xml = factory.createXMLStreamReader(new StringReader(text));
            try {
                return new Reading().read(xml);
            } finally {
                xml.close();
            }
        } catch (XMLStreamException e) {
            throw new IOException(e);
        }
    }

    private static final class Reading {
        private final List<String> path = new ArrayList<>();
        private final List<Map<String, String>> coordinates = new ArrayList<>();
        private final Map<String, String> properties = new HashMap<>();
        private Map<String, String> current = Map.of();

        List<Dependency> read(XMLStreamReader xml) throws XMLStreamException {
            StringBuilder text = new StringBuilder();
            while (xml.hasNext()) {
                switch (xml.next()) {
                    case XMLStreamConstants.START_ELEMENT -> {
                        start(xml.getLocalName());
                        text.setLength(0);
                    }
                    case XMLStreamConstants.CHARACTERS, XMLStreamConstants.CDATA -> text.append(xml.getText());
                    case XMLStreamConstants.END_ELEMENT -> {
                        end(text.toString().strip());
                        text.setLength(0);
                    }
                    case XMLStreamConstants.DTD -> throw new XMLStreamException("has a document type");
                    default -> {}
                }
            }
            return coordinates.stream().map(this::dependency).toList();
        }

        private void start(String element) throws XMLStreamException {
            path.add(element);
            if (path.size() > MAX_DEPTH) {
                throw new XMLStreamException("nests too deep");
            }
            if (path.size() == 1 && !element.equals("project")) {
                throw new XMLStreamException("is no project");
            }
            if (isCoordinates(path.size() - 1)) {
                current = new HashMap<>(Map.of("kind", kind()));
                coordinates.add(current);
            }
        }

        private void end(String text) {
            int depth = path.size();
            String element = path.remove(depth - 1);
            if (depth > 1 && isCoordinates(depth - 2)) {
                current.put(element, text);
            } else if (path.equals(List.of("project", "properties"))) {
                properties.put(element, text);
            } else if (path.equals(List.of("project"))) {
                properties.put("project." + element, text);
            }
        }

        /** Whether the element at that depth of the path has group, artifact and version in it. */
        private boolean isCoordinates(int at) {
            return switch (path.get(at)) {
                case "dependency" -> at > 0 && path.get(at - 1).equals("dependencies");
                case "plugin" -> at > 0 && path.get(at - 1).equals("plugins");
                case "extension" -> at > 0 && path.get(at - 1).equals("extensions");
                case "parent" -> at == 1;
                default -> false;
            };
        }

        private String kind() {
            String element = path.get(path.size() - 1);
            return path.contains("dependencyManagement") ? "managed" : element;
        }

        private Dependency dependency(Map<String, String> from) {
            String kind = from.getOrDefault("kind", "");
            String group = from.getOrDefault("groupId", kind.equals("plugin") ? MAVEN_PLUGINS : "");
            String name = filled(group) + ":" + filled(from.getOrDefault("artifactId", ""));
            String version = from.get("version");
            String scope = kind.equals("dependency") ? from.getOrDefault("scope", "compile") : kind;
            return new Dependency(name, version == null ? null : filled(version), scope);
        }

        /** One pass: a property whose value names another stays as written. */
        private String filled(String text) {
            return PROPERTY.matcher(text)
                    .replaceAll(
                            match -> Matcher.quoteReplacement(properties.getOrDefault(match.group(1), match.group())));
        }
    }
}
