package pond.common.bundle;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Follows every symbolic link of a bundle through the others, as a kernel would. Reading targets as text is not enough:
 * with {@code up -> ..} in a folder, the harmless looking {@code x -> folder/up/..} leads out. Pure.
 */
public final class LinkRules {
    /** As many as Linux follows before it says ELOOP; a longer chain leads nowhere. */
    private static final int MAX_HOPS = 40;

    private LinkRules() {}

    /**
     * A link that leads out of the checkout, if there is one.
     *
     * @param targets of all links by their paths; paths are relative, in their shortest form
     */
    public static Optional<String> findEscape(Map<String, String> targets) {
        return targets.keySet().stream().filter(link -> escapes(link, targets)).findFirst();
    }

    private static boolean escapes(String link, Map<String, String> targets) {
        Deque<String> at = new ArrayDeque<>();
        Deque<String> ahead = new ArrayDeque<>(List.of(link.split("/", -1)));
        int hops = 0;
        while (!ahead.isEmpty()) {
            String part = ahead.removeFirst();
            if (part.equals("..")) {
                if (at.pollLast() == null) {
                    return true;
                }
            } else if (!part.isEmpty() && !part.equals(".")) {
                at.addLast(part);
                String target = targets.get(String.join("/", at));
                if (target != null) {
                    if (target.startsWith("/")) {
                        return true;
                    }
                    if (++hops > MAX_HOPS) {
                        return false;
                    }
                    at.removeLast();
                    pushFront(ahead, target.split("/", -1));
                }
            }
        }
        return false;
    }

    private static void pushFront(Deque<String> ahead, String[] parts) {
        for (int i = parts.length - 1; i >= 0; i--) {
            ahead.addFirst(parts[i]);
        }
    }
}
