package pond.worker.sandbox;

import java.util.Arrays;
import java.util.List;

/**
 * Finds any of many byte patterns in one pass over a text: the automaton of Aho and Corasick ("Efficient string matching:
 * an aid to bibliographic search", CACM 1975). A node stands for the longest end of the text so far that begins a
 * pattern; 0 is the root, the empty one. Immutable once built; memory is some forty bytes per byte of the patterns.
 */
final class PatternTree {
    static final int ROOT = 0;

    private static final int NONE = -1;

    private final int[] fail;
    private final int[] depth;
    private final int[] match;
    private final int[] rootChild = new int[256];
    /** The other children, in an open hash table from (node, byte) to child. */
    private final int[] keys;

    private final int[] children;
    private int size = 1;

    private PatternTree(int mostNodes) {
        fail = new int[mostNodes];
        depth = new int[mostNodes];
        match = new int[mostNodes];
        int slots = Integer.highestOneBit(mostNodes) * 4;
        keys = new int[slots];
        children = new int[slots];
        Arrays.fill(keys, NONE);
    }

    /** The tree of these patterns, none of which is empty; at most eight million bytes of them. */
    static PatternTree of(List<byte[]> patterns) {
        int bytes = patterns.stream().mapToInt(pattern -> pattern.length).sum();
        if (bytes >= Integer.MAX_VALUE >> 8) {
            throw new IllegalArgumentException("too many secrets to mask: " + bytes + " bytes");
        }
        PatternTree tree = new PatternTree(bytes + 1);
        int[] parent = new int[bytes + 1];
        byte[] by = new byte[bytes + 1];
        for (byte[] pattern : patterns) {
            int node = ROOT;
            for (byte b : pattern) {
                int child = tree.child(node, b & 0xFF);
                if (child == ROOT) {
                    child = tree.add(node, b & 0xFF);
                    parent[child] = node;
                    by[child] = b;
                }
                node = child;
            }
            tree.match[node] = pattern.length;
        }
        tree.link(parent, by);
        return tree;
    }

    /** The node after one more byte. */
    int next(int node, int b) {
        int from = node;
        while (from != ROOT) {
            int child = child(from, b);
            if (child != ROOT) {
                return child;
            }
            from = fail[from];
        }
        return rootChild[b];
    }

    /** How much of the text's end begins a pattern. */
    int depth(int node) {
        return depth[node];
    }

    /** Length of the longest pattern that the text now ends with, 0 for none. */
    int match(int node) {
        return match[node];
    }

    private int add(int node, int b) {
        int child = size++;
        depth[child] = depth[node] + 1;
        if (node == ROOT) {
            rootChild[b] = child;
        } else {
            int slot = slot(node, b);
            keys[slot] = node << 8 | b;
            children[slot] = child;
        }
        return child;
    }

    private int child(int node, int b) {
        return node == ROOT ? rootChild[b] : children[slot(node, b)];
    }

    /** The slot of this key, or the free one where it would be. A table is at least half empty. */
    private int slot(int node, int b) {
        int key = node << 8 | b;
        int slot = ((key * 0x9E3779B1) >>> 7) & (keys.length - 1);
        while (keys[slot] != key && keys[slot] != NONE) {
            slot = (slot + 1) & (keys.length - 1);
        }
        return slot;
    }

    /** Parents first: where a node fails to is less deep, and known by then. */
    private void link(int[] parent, byte[] by) {
        int deepest = Arrays.stream(depth).max().orElse(0);
        int[] ends = new int[deepest + 2];
        for (int node = 0; node < size; node++) {
            ends[depth[node] + 1]++;
        }
        for (int level = 1; level < ends.length; level++) {
            ends[level] += ends[level - 1];
        }
        int[] byDepth = new int[size];
        for (int node = 0; node < size; node++) {
            byDepth[ends[depth[node]]++] = node;
        }
        for (int node : byDepth) {
            if (depth[node] > 1) {
                fail[node] = next(fail[parent[node]], by[node] & 0xFF);
            }
            match[node] = match[node] > 0 ? match[node] : match[fail[node]];
        }
    }
}
