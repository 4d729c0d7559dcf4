package pond.common.definition;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Who must be done before whom. Built from keys and edges that name only those keys. Immutable. */
public final class StageOrder {
    private final Map<String, List<String>> before = new HashMap<>();
    private final Map<String, List<String>> after = new HashMap<>();
    private final List<String> keys;

    public StageOrder(Collection<String> keys, Collection<Edge> edges) {
        this.keys = List.copyOf(keys);
        for (Edge edge : edges) {
            before.computeIfAbsent(edge.to(), key -> new ArrayList<>()).add(edge.from());
            after.computeIfAbsent(edge.from(), key -> new ArrayList<>()).add(edge.to());
        }
    }

    public static StageOrder of(Definition definition) {
        return new StageOrder(definition.stages().stream().map(StageSpec::key).toList(), definition.edges());
    }

    /** The stages that must be done before this one may start, without those that must be done before them. */
    public List<String> predecessors(String key) {
        return List.copyOf(before.getOrDefault(key, List.of()));
    }

    /** Every stage that must be done before this one, nearest first. */
    public List<String> ancestors(String key) {
        Set<String> found = new LinkedHashSet<>();
        Deque<String> next = new ArrayDeque<>(predecessors(key));
        while (!next.isEmpty()) {
            String ancestor = next.removeFirst();
            if (found.add(ancestor)) {
                next.addAll(predecessors(ancestor));
            }
        }
        return List.copyOf(found);
    }

    /** The keys of one cycle, each before the next and the first repeated at the end; empty when there is none. */
    public Optional<List<String>> cycle() {
        Set<String> left = new LinkedHashSet<>(keys);
        Map<String, Integer> waitingFor = new HashMap<>();
        keys.forEach(key -> waitingFor.put(key, predecessors(key).size()));
        Deque<String> free = new ArrayDeque<>();
        keys.stream().filter(key -> predecessors(key).isEmpty()).forEach(free::add);
        while (!free.isEmpty()) {
            String key = free.removeFirst();
            left.remove(key);
            for (String next : after.getOrDefault(key, List.of())) {
                if (waitingFor.merge(next, -1, Integer::sum) == 0) {
                    free.add(next);
                }
            }
        }
        return left.isEmpty() ? Optional.empty() : Optional.of(walkBack(left));
    }

    /** Each stage that is left waits for another that is left, so walking back must come round. */
    private List<String> walkBack(Set<String> left) {
        List<String> path = new ArrayList<>();
        Set<String> seen = new HashSet<>();
        String key = left.iterator().next();
        while (seen.add(key)) {
            path.add(0, key);
            key = predecessors(key).stream().filter(left::contains).findFirst().orElseThrow();
        }
        List<String> cycle = new ArrayList<>(path.subList(0, path.indexOf(key) + 1));
        cycle.add(0, key);
        return List.copyOf(cycle);
    }
}
